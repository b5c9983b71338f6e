"""The export of what changed in the rules of a campaign."""
