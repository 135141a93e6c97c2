"""What administrators see of the house itself: storage, offices, rights, kinds of files."""
