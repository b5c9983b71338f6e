"""Purge policies: recurring purges that their owners keep as documents."""
