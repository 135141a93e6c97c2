"""What leaves the file for people outside: the whole file as one PDF."""
