"""A message and its attachments in one request (``multipart/form-data``)."""
