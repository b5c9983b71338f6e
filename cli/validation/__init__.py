"""`genesys-purge validate`: checks every given document, without AWS or Genesys."""
