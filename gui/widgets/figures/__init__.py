"""Figures on screen: the FigureSpec that also goes into files, drawn with pyqtgraph and touched with mouse and keys.

Not for: deciding what a figure shows (core.figures) or writing files (core.figures.writer).
"""
