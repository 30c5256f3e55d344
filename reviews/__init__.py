"""What happens at run time: reviews, decisions, deadlines."""
