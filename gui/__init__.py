"""The window: pages, widgets and the session that they share. Not for: anything that computes; that is core."""
