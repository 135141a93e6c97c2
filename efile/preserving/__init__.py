"""Evidence records (RFC 4998): closed files stay provable when keys and algorithms grow old."""
