"""What takes longer, or breaks more, than a test may: `make fire`. Each part is a module to be run,
says what it did, and prints its figures. What it kills it has started itself.
"""
