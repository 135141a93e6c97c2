"""Renditions as PDF/A beside the originals: made on demand, checked, never in their place."""
