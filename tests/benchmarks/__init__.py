"""What operations cost beside their floors: `python -m tests.benchmarks`."""
