"""Letters: Word templates, rendered, converted to PDF/A and verified."""
