"""What the index knows of files that end: tombstones, runs, and taking their rows out."""
