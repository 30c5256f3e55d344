"""Each transition: allowed, refused from elsewhere, its event, its messages."""
