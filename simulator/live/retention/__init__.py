"""Live retention: how long interactions are kept, and media retention policies."""
