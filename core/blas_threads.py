"""One thread for linear algebra, unless the user's environment says otherwise, so that sums repeat to the last bit.

Not for: our own threads and processes.
"""

from __future__ import annotations

import os


def use_one_blas_thread() -> None:
    """Call before NumPy is first imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
