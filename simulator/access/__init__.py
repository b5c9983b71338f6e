"""Access control: tokens, scopes, permissions and rate limits of both dialects."""
