"""Stops of deletion: one person stops, two persons resume."""
