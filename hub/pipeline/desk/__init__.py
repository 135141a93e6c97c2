"""The desk: what people decide about messages, one by one or many at once."""

from hub.pipeline.desk.deciding import DECIDED, Decision, Desk, is_held, not_offered, ways_out

__all__ = ["DECIDED", "Decision", "Desk", "is_held", "not_offered", "ways_out"]
