"""Limited child processes for foreign bytes."""
