"""Purge rules of the live platform: media retention policies."""
