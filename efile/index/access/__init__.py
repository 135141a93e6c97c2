"""Who may see which files and documents: what is asked of every query, and what it rests on."""
