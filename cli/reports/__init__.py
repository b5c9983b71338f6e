"""Reports of a run: its progress, a summary and the result files."""
