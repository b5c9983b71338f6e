"""Runs the whole application on this machine, without AWS."""
