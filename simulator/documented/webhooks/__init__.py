"""Documented webhooks: their registration and the signed deliveries to them."""
