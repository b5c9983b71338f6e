"""Recording jobs of the live platform."""
