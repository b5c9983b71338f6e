"""Holds that are placed at any point of a run: the real use cases without HTTP and JSON."""
