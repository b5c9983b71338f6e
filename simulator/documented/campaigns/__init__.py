"""Documented campaign rules and the events that their changes leave."""
