"""The judge of what the journal exports; it stands alone and shares no code with the hub."""
