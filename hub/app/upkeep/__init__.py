"""Looking after the e-file's storage: probes, and a process of its own that verifies and drills.

Reading everything an office has takes long and takes memory. So it happens in a process beside
the service, at low priority, with a limit, and on a storage that is only looked at.
"""
