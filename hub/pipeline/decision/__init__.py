"""What follows from a message: a function of its bytes, the configuration, the case and the day.

Nothing here waits, writes or looks at a clock, so it runs in an isolated child beside the
parsers and may run again at any time without harm.
"""
