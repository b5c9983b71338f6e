"""The pairs of workers that are woven together, one file each."""
