"""Certificates of destruction for runs that are finished, verified and sealed."""
