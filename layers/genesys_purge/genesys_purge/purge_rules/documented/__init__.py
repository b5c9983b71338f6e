"""Purge rules of the documented contract."""
