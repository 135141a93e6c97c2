"""Alarms: what is wrong in the house, said once, and said again when it is over."""
