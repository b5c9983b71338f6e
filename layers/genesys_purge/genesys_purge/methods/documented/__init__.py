"""The three methods of the documented contract."""
