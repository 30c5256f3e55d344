"""How the databases read many reviews."""
