"""The hub's memory: one database behind one port, and the payload store beside it."""
