"""Documented purge rules: recurring purges that Genesys schedules and runs."""
