"""A real browser in front of a real server and a real cluster: `make e2e`."""
