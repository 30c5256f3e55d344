"""What is gated, by whom, with which rights."""
