"""The deployment of rule sets to campaigns, step by step, with roll-back."""
