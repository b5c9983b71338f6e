"""Proof of what the audit says: Merkle trees, one signed log, and certificates."""
