"""One sheet into one typed table: where the table is, which way round it stands, what its cells mean.

Not for: reading the file (core.data.files) or several tables together (load_dataset.py).
"""
