"""Genesys Purge: delete Genesys Cloud interaction data, prove it, keep what must be kept."""
