"""Destroying files whose period is over, and taking misfiled documents out: with four eyes."""
