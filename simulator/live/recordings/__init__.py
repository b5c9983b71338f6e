"""Live recordings: what exists, their metadata and their deletion protection."""
