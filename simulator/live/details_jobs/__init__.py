"""Live details jobs: asynchronous searches for conversations, with participant attributes."""
