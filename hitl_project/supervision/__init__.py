"""Keeping web server and cluster alive together, and leaving nothing behind."""
