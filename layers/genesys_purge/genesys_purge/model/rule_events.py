"""The lifecycle events of purge rules at Genesys."""

from __future__ import annotations

# The event that our webhooks are registered for: Genesys executed a rule.
EXECUTED = "purgerules:rule:execute"
