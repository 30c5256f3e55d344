"""What the demo's shop does by workflows: the errands that its agent starts, and the actions."""
