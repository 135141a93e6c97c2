"""The cash office behind both cash profiles: checks, books, answers and takes in money."""
