"""What the index knows of documents, kept sealed beside them, so that it is made anew quickly."""
