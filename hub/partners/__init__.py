"""The partners: what their records mean and what follows from them. They decide, they never act."""
