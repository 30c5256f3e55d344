"""The integrators' library in clients/python, which has no Django and is not installed here."""
