"""Data and rules of several features, without AWS and without HTTP."""
