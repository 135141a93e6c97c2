"""What waits for work in the background, away from filing."""

MOST_TRIES = 20
"""As often something is tried before it is left alone."""
