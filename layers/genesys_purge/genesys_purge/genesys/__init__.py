"""The HTTP client for Genesys Cloud."""
