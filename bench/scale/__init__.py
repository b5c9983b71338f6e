"""What purges of ten thousand to ten million records cost, in virtual time."""
