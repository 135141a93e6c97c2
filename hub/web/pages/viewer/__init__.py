"""What the document view in the browser asks for beside its page: scripts, bytes, finds."""
