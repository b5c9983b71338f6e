"""Legal holds of the application: when the conversations that they name took place."""
