"""Every write of a run's state: it starts, walks from node to node, waits, ends, is undone."""
