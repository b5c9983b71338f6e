"""Measurements against a baseline taken in the same run."""
