"""The commands of `genesys-purge local`, one file each."""
