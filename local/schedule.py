"""The schedule whose inputs are run on this machine."""

SCHEDULE = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/genesys-purge-local"
