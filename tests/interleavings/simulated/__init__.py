"""Simulations of a million runs: the real use cases without HTTP and JSON."""
