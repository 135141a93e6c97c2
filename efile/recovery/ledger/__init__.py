"""What a recovery notes on disk, so that its memory does not grow with the office."""
