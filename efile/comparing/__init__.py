"""What differs between two documents: field by field, or word by word."""
