"""Clocks that stand wrong, that are stepped, or that ran on while nobody kept time."""
