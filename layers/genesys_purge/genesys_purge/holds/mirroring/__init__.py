"""The mirror of legal holds in the deletion protection of the live platform, as a second net."""
