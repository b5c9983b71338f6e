"""Serving: the WSGI application, the HTTP server and the transport for httpx."""
