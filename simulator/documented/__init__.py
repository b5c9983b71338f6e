"""The documented dialect: every endpoint that only the written contract describes."""
