"""Who may do what: every address against every role, and no view beside `visible_to`."""
