"""Files as bytes and cells: any spreadsheet or text file into a RawTable with true addresses.

Not for: what a row, a column or a word means (core.data.sheets).
"""
