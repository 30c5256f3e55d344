"""Each kind of process killed in turn, under load, while callers insist. Each death is timed until
all that was due is settled and everything runs again.
"""
