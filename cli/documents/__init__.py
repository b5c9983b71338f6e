"""Request files, and the calls that send them to the application."""
