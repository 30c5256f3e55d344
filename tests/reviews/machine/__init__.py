"""A review against a plain model of it, in sequences that nobody thought of."""
