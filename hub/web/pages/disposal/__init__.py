"""Destroying files with four eyes: proposals, approval, progress, certificates."""
