"""What purges of ten thousand to a million records cost, in virtual time."""
