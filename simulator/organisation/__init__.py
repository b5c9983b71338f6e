"""The simulated organisation: its vocabulary, settings, conversations and planned faults."""
