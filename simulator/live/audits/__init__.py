"""The platform's own audit of outbound dialling, and its asynchronous query."""
