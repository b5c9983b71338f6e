"""`genesys-purge`, the operators' command."""
