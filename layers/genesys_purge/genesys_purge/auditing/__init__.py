"""The watch over the audit itself, and the erasing of personal data beside it."""
