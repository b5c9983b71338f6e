"""Webhooks and events from Genesys in, signed notifications out."""
