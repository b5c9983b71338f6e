"""Purge rules: recurring purges that Genesys itself carries out."""
