"""The pages of those who decide, and the one of those who confirm."""
