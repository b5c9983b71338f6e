"""A call that must happen at most once: its attempts, slots, guard and reconciliation."""
