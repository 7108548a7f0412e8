"""Figures as plain values, and their writer for files. Not for the screen."""
