"""Pure data and rules: nothing here knows AWS or HTTP."""
