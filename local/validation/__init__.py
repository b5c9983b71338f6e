"""`python -m local validate`: checks every given document, without AWS or Genesys."""
