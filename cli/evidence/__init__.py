"""The evidence of a run as a folder that an auditor can check without AWS."""
