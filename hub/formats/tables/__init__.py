"""Delimited and fixed-width files: described by a layout, checked by compiled rows."""
