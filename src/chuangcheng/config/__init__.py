"""The composition root: Django's settings, addresses and the WSGI application."""
