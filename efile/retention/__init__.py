"""How long files are kept: what is known of each, what follows from the law, and why."""
