"""Tests of what keeps processes alive and ends them."""
