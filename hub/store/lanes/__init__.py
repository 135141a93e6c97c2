"""Order per case: lanes, their heads, leases and fencing.

A lane is the line in which the promises of one case stand for one queue. Places are given
out in the accepting or committing unit of work, so they follow the order of acceptance.
Only the head may run; whoever holds the lease may take those behind it along, one after the
other. A lease that ran out is simply a lane that is due again; whoever held it finds its
epoch gone and must throw its result away.

States are changed only here. All times are microseconds handed in.
"""

from hub.store.lanes.claiming import (
    NOT_HELD,
    begin,
    claim,
    due_among,
    is_due,
    ready_queues,
)
from hub.store.lanes.entering import add, add_all
from hub.store.lanes.leases import (
    block,
    finish,
    finish_all,
    hand_back,
    mark_sent,
    renew,
    retry_later,
    unblock,
)
from hub.store.lanes.promise import Lane, Promise, by_lane, to_promise

__all__ = [
    "NOT_HELD",
    "Lane",
    "Promise",
    "add",
    "add_all",
    "begin",
    "block",
    "by_lane",
    "claim",
    "due_among",
    "finish",
    "finish_all",
    "hand_back",
    "is_due",
    "mark_sent",
    "ready_queues",
    "renew",
    "retry_later",
    "to_promise",
    "unblock",
]
