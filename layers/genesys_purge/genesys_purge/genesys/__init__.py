"""The HTTP client of Genesys Cloud: tokens, retries, errors and the circuit breaker."""
