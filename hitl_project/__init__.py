"""The site: settings, URLs, API router, broker."""
