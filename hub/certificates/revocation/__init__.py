"""Which certificates of senders their CAs have revoked: lists handed in as files."""
