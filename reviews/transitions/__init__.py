"""Every write of a review's state, one module per noun. All have one shape: see `moves.run`."""
