"""The Genesys that the application calls: a simulator, or a server that already runs."""
