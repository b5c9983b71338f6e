"""What the live platform really offers, beside the documented dialect and in its own manner."""
