"""Outbound campaign rules: checked, deployed with roll-back, exported and evaluated."""
