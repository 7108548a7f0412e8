"""The Import page in parts: what is being imported, how it was read, its steps, and what can be done about a problem.

Not for: reading tables itself, which core does, or widgets that need no session (gui/widgets/importing).
"""
