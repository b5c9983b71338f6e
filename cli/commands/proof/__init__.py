"""Commands about certificates of destruction."""
