"""Outbound campaign rules: read, checked against each other, evaluated on contacts."""
