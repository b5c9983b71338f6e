"""Exports the changes of a campaign's rules to S3."""
