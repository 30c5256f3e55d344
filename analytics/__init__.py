"""What the decisions teach."""
