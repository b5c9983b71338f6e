"""The deployed stack: how it is found, who calls it, and its public API."""
