"""What is remembered of inboxes: owners, numbers, attachments."""
