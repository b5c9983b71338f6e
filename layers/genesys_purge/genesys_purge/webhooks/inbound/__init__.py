"""From Genesys: webhooks of purge rules, and events of the live platform."""
