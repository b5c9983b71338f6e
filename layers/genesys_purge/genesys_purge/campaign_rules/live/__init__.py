"""Campaign rules on the live platform: rule sets about contacts, campaign rules about behaviour."""
