"""Where adapters are chosen; each is built once, and only when first asked for.

Imports stand inside the builders, so that a function pays at its cold start for what it uses.
"""
