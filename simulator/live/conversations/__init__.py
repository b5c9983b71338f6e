"""Live conversations: the analytics queries, and disconnecting a conversation."""
