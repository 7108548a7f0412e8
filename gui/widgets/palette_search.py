"""Finding entries of the command palette: by the beginnings of their words, by aliases, and with gaps at last.

Not for: showing them (command_palette.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

GROUPS = {"patient": "In this study", "rtk": "In this study", "figure": "In this study", "page": "Commands",
          "command": "Commands", "help": "Help"}
PREFIXES = {">": ("command", "page"), "#": ("patient",), "@": ("rtk",), "?": ("help",)}
PER_KIND = 5
PER_PREFIX = 40
WORST = 6
"""Ranks: 0 the very name, 1 its beginning, 2 beginnings of its words or aliases, 3 inside one, 4 all words somewhere
in it or its detail, 5 one of several words, 6 its letters with gaps."""
FEW_ENOUGH_FOR_GAPS = 5_000
_WORD_START = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class PaletteEntry:
    """One thing that can be found. ``kind``: patient, rtk, figure, command, page or help.

    ``detail`` stands grey behind ``text``, ``hint`` at the right (what Enter does, or a shortcut); ``aliases`` find it
    and are not shown, but for the one that was typed.
    """

    kind: str
    text: str
    detail: str = ""
    hint: str = ""
    key: str = ""
    aliases: tuple[str, ...] = ()


class PaletteIndex:
    """Entries made ready once, so that a search over 20,000 patients takes milliseconds."""

    def __init__(self, entries: Sequence[PaletteEntry]) -> None:
        self.entries = tuple(entries)
        self._texts = [entry.text.casefold() for entry in self.entries]
        self._words = [" " + " ".join(_WORD_START.split(" ".join((entry.text, *entry.aliases)).casefold()))
                       for entry in self.entries]
        self._all = [f"{words} {entry.detail.casefold()}"
                     for entry, words in zip(self.entries, self._words, strict=True)]
        self._by_kind: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._by_kind.setdefault(entry.kind, []).append(number)

    def search(self, typed: str) -> list[PaletteEntry]:
        """The best entries, those of one group together, the best of each first."""
        prefix = typed.lstrip()[:1]
        kinds = PREFIXES.get(prefix)
        needle = (typed.lstrip()[1:] if kinds else typed).casefold().strip()
        limit = PER_PREFIX if kinds else PER_KIND
        found: dict[str, list[tuple[int, int]]] = {}
        for kind in kinds or tuple(GROUPS):
            ranked = self._of_kind(self._by_kind.get(kind, []), needle, limit, whole=bool(kinds))
            found.setdefault(GROUPS[kind], []).extend(ranked)
        result: list[PaletteEntry] = []
        for ranked in found.values():
            ranked.sort(key=lambda pair: pair[0])
            result += [self.entries[number] for _, number in ranked]
        return result

    def _of_kind(self, numbers: list[int], needle: str, limit: int, *, whole: bool) -> list[tuple[int, int]]:
        """(rank, entry number) of the best of one kind; rank 0 is best."""
        if not needle:
            return [(WORST, number) for number in numbers[: limit if whole else 3]]
        parts = [part for part in _WORD_START.split(needle) if part]
        starts = [f" {part}" for part in parts]
        texts, words, everything = self._texts, self._words, self._all
        tiers: list[list[int]] = [[] for _ in range(WORST)]
        for number in numbers:
            if texts[number].startswith(needle):
                tiers[0 if len(texts[number]) == len(needle) else 1].append(number)
                if len(tiers[0]) + len(tiers[1]) >= 4 * limit:
                    break
            elif starts and all(start in words[number] for start in starts):
                tiers[2].append(number)
            elif len(tiers[3]) < limit and needle in words[number]:
                tiers[3].append(number)
            elif len(tiers[4]) < limit and parts and all(part in everything[number] for part in parts):
                tiers[4].append(number)
            elif len(parts) > 1 and len(tiers[5]) < limit and any(
                    start in words[number] for start in starts if len(start) > 2):
                tiers[5].append(number)
        ranked = [(rank, number) for rank, tier in enumerate(tiers) for number in tier[:limit]][:limit]
        if not ranked and len(needle) > 1 and len(numbers) < FEW_ENOUGH_FOR_GAPS:
            gaps = re.compile(".*?".join(map(re.escape, needle.replace(" ", ""))))
            ranked = [(WORST, number) for number in numbers if gaps.search(texts[number])][:limit]
        return ranked
