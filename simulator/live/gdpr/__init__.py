"""Live GDPR requests and the data subjects that they name."""
