"""The evaluation of contacts against the conditions of rules."""
