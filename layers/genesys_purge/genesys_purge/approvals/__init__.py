"""Approvals: what needs a second person waits until that person has decided."""
