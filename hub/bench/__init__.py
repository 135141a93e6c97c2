"""Honest figures: the product's own work beside the bare limit of the same machine and run."""
