"""Questions about gates and people that transitions and pages share."""
