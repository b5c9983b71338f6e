"""The watch over the audit itself."""
