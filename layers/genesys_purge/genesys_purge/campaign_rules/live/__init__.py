"""Campaign rules of the live platform: a rule set for contacts, and campaign rules."""
