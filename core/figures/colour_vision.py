"""Pixels as people with another colour vision see them, and as a printer in grey gives them.

Not for: judging a figure (apart.py says what tells its series apart) or changing files; only the preview is shown so.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

VISIONS = ("normal", "deuteranopia", "protanopia", "tritanopia", "grey")
MATRICES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado, Oliveira and Fernandes 2009, IEEE Trans Vis Comput Graph 15:1291, table of severity 1.0, on linear RGB."""
LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Of the sRGB primaries (IEC 61966-2-1)."""
LEVELS = 65536


def seen_as(pixels: Pixels, vision: str) -> Pixels:
    """The same picture as seen with that vision.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        sRGB.
    vision : str
        One of ``VISIONS``; "normal" gives the pixels back as they are.

    Raises
    ------
    ValueError
        For a vision that is not in the list.
    """
    if vision not in VISIONS:
        raise ValueError(f"unknown vision {vision!r}; known: {', '.join(VISIONS)}")
    if vision == "normal":
        return pixels
    # A drawing has few colours besides white: each is worked out once and looked up.
    packed = (pixels[..., 0].astype(np.uint32) << 16) | (pixels[..., 1].astype(np.uint32) << 8) | pixels[..., 2]
    present = np.zeros(1 << 24, dtype=np.bool_)
    present[packed] = True
    codes = np.flatnonzero(present)
    colours = np.stack([codes >> 16 & 255, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    places = np.zeros(1 << 24, dtype=np.uint32)
    places[codes] = np.arange(len(codes), dtype=np.uint32)
    seen: Pixels = _changed(colours, vision)[places[packed]]
    return seen


def _changed(colours: Pixels, vision: str) -> Pixels:
    linear = _to_linear()[colours]
    rows = (LUMINANCE,) * 3 if vision == "grey" else MATRICES[vision]
    mixed = np.clip(linear @ np.array(rows, dtype=np.float64).T, 0.0, 1.0)
    changed: Pixels = _from_linear()[np.rint(mixed * (LEVELS - 1)).astype(np.int64)]
    return changed


@functools.cache
def _to_linear() -> NDArray[np.float64]:
    share = np.arange(256) / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


@functools.cache
def _from_linear() -> Pixels:
    share = np.arange(LEVELS) / (LEVELS - 1)
    curve = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    levels: Pixels = np.rint(curve * 255).astype(np.uint8)
    return levels
