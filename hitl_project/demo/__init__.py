"""The demo: people and gates to look at, and an agent that proposes refunds. All of it is fiction."""
