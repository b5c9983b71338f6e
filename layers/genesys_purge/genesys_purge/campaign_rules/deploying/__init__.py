"""Deploys rule sets to campaigns step by step, and rolls failed deployments back."""
