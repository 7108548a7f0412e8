"""The science of RTKscope: data, statistics, analyses, figures, export. For everything that needs no window.

Not for: anything of Qt. The window (gui) and the command line (main.py) are two faces of this one core.
"""

__version__ = "0.2.0"

RESEARCH_USE = "Research use only. RTKscope gives no treatment advice."
"""What every file for readers outside the program says once."""
