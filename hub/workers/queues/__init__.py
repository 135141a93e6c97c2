"""Queues of promises: who claims what stands in them, how much of it, and when."""
