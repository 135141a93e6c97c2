"""What waits for work in the background, away from filing."""
