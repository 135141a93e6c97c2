"""What the hub does when a file is destroyed: tells what is still open, and forgets."""
