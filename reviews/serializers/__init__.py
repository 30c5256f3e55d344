"""JSON in and out: bodies that are read strictly, and what is told about reviews and gates."""
