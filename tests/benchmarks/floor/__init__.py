"""The least that would store the same rows."""
