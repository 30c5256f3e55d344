"""Every write of the state of gates, teams and keys."""
