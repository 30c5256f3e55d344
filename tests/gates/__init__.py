"""Tests of what is gated."""
