"""File kinds (*Aktenarten*) as data: Aktenplan, wall, numbers, retention."""
