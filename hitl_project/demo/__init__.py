"""The demo: people, gates, and an agent that proposes refunds. All of it is fiction."""
