"""The embedded AWS, and the deployment of `template.yaml` to it."""
