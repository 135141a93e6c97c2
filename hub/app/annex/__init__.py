"""The annex: a process of its own that files, beside the one that does everything else.

Python runs on one core at a time in each process. Filing is the largest share of a message that
can be done elsewhere: it begins with a promise in the database and ends with one, so that the
annex works like one more node that knows a single queue. Leases, fencing and names that never
change hold between them as between nodes.
"""
