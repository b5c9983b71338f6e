"""Live outbound dialling: campaign rules, rule sets and campaigns."""
