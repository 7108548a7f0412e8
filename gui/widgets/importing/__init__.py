"""Widgets of the Import page: values in, signals out.

Not for: anything that knows a session or reads a file.
"""
