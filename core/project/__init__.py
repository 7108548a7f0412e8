"""The study as a file: what is loaded, which patients, which analyses. Not for running it (core/batch.py)."""
