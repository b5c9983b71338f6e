"""Changes of legal holds: what one person may do, and what needs two."""
