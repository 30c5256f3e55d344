"""Several do something at once: real threads, each with a connection of its own, on PostgreSQL."""
