"""Purge rules: recurring purges that Genesys runs on its own schedule."""
