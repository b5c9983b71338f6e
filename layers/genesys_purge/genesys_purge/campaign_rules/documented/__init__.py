"""Campaign rules of the documented contract (D5)."""
