"""Gene names: which gene each name of a column means, and what a spreadsheet program did to it.

Not for: values, or which genes an analysis takes.
"""
