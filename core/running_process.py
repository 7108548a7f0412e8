"""Whether a process still runs, on every system.

Not for: locks (core/project/project_lock.py); a number is given to another process in time.
"""

from __future__ import annotations

import ctypes
import os
import sys


def is_running(pid: int) -> bool:
    """True for a process of this computer that has not ended."""
    if pid == os.getpid():
        return True
    if pid <= 0:
        return False
    if sys.platform == "win32":
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
