"""The demo: a made-up shop with its people, gates, history and agent. All of it is fiction."""
