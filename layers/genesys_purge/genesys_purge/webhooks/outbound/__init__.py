"""To subscribers: signed notifications of what the audit records."""
