"""What is decided about a file as a whole."""
