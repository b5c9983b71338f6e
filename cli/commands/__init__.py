"""The commands of `genesys-purge`, a file for each group."""
