"""Whole objects to and from an S3 server over lines of our own."""
