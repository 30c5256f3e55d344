"""Questions about reviews that transitions, pages and commands share."""
