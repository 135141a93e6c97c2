"""The contents of files in portions, as they are and as they were on a day."""
