"""A receiver of notifications, which stands for an external governance system."""
