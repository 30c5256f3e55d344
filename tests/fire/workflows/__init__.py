"""A thousand runs at once whose processes die at twelve named points. Afterwards the database is
asked whether every run ended once, with no action lost and no effect that nobody approved.
"""
