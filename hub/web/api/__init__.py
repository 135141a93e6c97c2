"""The door for senders over HTTPS: messages in, their fate out."""
