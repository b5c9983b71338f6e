"""Campaign rules of the documented contract."""
