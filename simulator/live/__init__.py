"""The live dialect: the endpoints that the real Genesys Cloud platform offers."""
