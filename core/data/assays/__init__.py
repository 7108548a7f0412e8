"""Tables of assays made into samples by genes: immunohistochemistry, phospho-RTK arrays, blots, plates and qPCR.

Not for: tables that already are samples by genes (core/data/sheets).
"""
