"""Which format and mapping a message takes, by channel, partner, kind and day."""
