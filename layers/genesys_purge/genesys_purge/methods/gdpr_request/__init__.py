"""GDPR requests of the live platform."""
