"""Widgets that pages are made of: values in, signals out. Not for: knowing pages or the session."""
