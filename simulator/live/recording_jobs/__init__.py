"""Live recording jobs: created, executed and cancelled in separate calls."""
