"""Genesys's webhooks in, signed notifications out."""
