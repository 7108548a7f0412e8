"""What the legend of a figure must name (test, correction, patients, events, cut-off), found in it or proposed for it.

Not for: writing captions; every figure brings its own. This finds what an edited one has lost, or a figure never said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.figures.number_words import capitalised, list_words
from core.figures.spec import Bars, Boxes, FigureSpec, Intervals, Label, Line, Panel, Segments, StepLine

TESTS = re.compile(r"log-rank|cox|wald|efron|wilcoxon|mann-whitney|kruskal|fisher|t test|spearman|pearson|score test|"
                   r"permut|bootstrap|gray's test|sign-flip|mcnemar|likelihood-ratio|fine-gray", re.IGNORECASE)
CORRECTION = re.compile(r"correct|maxT|benjamini|false discovery|\bq\b|holm|bonferroni|one test only", re.IGNORECASE)
COUNT = re.compile(r"\d[\d,]*(?: to \d[\d,]*)? (?:patients?|samples?|tumours?|cell lines?|pairs?|wells?|experiments?)\b"
                   r"|\bn\s*=\s*\d|no patients", re.IGNORECASE)
EVENTS = re.compile(r"\d[\d,]*(?: to \d[\d,]*)? (?:events?|deaths?|relapses?|recurrences?|progressions?)\b|no event",
                    re.IGNORECASE)
CUT = re.compile(r"\bsplit\b|\bmedian\b|\bcut\b|cut-off|cutoff|tertile|quartile|quantile|threshold", re.IGNORECASE)
P_SHOWN = re.compile(r"\bP (?:= |< |> |\d)|\bP,|corrected P|hazard ratio|\bHR\b")
CUT_SHOWN = re.compile(r"\bhigh\b|\blow\b", re.IGNORECASE)


@dataclass(frozen=True)
class Gap:
    """Something the caption does not name: in a word, and the sentence that would name it (empty if unknown)."""

    name: str
    sentence: str


def caption_gaps(spec: FigureSpec) -> tuple[Gap, ...]:
    """What the caption should say and does not, in the order of a methods section."""
    return tuple(Gap(name, _proposal(spec, name)) for name, pattern in _wanted(spec).items()
                 if not pattern.search(spec.caption))


def named_in_caption(spec: FigureSpec) -> tuple[str, ...]:
    """What this kind of figure has to name and does."""
    return tuple(name for name, pattern in _wanted(spec).items() if pattern.search(spec.caption))


def with_gaps_filled(spec: FigureSpec) -> str:
    """The caption with a sentence for everything it lacks that the figure itself knows."""
    sentences = [gap.sentence for gap in caption_gaps(spec) if gap.sentence]
    return " ".join([spec.caption.strip(), *dict.fromkeys(sentences)]).strip()


def unnamed_q_only(spec: FigureSpec) -> tuple[str, ...]:
    """Receptors of a forest that only q singles out, where the caption does not name them: only colour would."""
    rows = spec.data.get("forest", {})
    drawn, names = rows.get("drawn_as", ()), rows.get("receptor", ())
    only = tuple(str(name) for name, kind in zip(names, drawn, strict=True) if kind == "q only")
    told = only and list_words(only) in spec.caption
    return () if told or "neither" not in drawn else only


def q_only_sentence(names: tuple[str, ...]) -> str:
    """``Only q < 0.05: EPHA2 and AXL.``"""
    return f"Only q < 0.05: {list_words(names)}."


def _wanted(spec: FigureSpec) -> Mapping[str, re.Pattern[str]]:
    """By what the figure shows: a curve has events, groups have a cut-off, a P has a test and a correction."""
    panels = [panel for row in spec.rows for panel in row]
    marks = [mark for panel in panels for mark in panel.marks]
    steps = any(isinstance(mark, StepLine) for mark in marks)
    found: dict[str, re.Pattern[str]] = {}
    if _grouped(panels):
        found["cut-off"] = CUT
    if any(isinstance(mark, (StepLine, Line, Segments, Intervals, Bars, Boxes)) for mark in marks):
        found["number of patients"] = COUNT
    ratios = any(isinstance(mark, Intervals) for mark in marks) and any(panel.x.log for panel in panels)
    if steps or ratios:
        found["number of events"] = EVENTS
    if P_SHOWN.search(" ".join(spec.texts())):
        found["test"] = TESTS
        found["correction"] = CORRECTION
    return found


def _grouped(panels: list[Panel]) -> bool:
    return any(isinstance(mark, StepLine) and CUT_SHOWN.search(mark.name) for panel in panels for mark in panel.marks)


def _proposal(spec: FigureSpec, name: str) -> str:
    panels = [panel for row in spec.rows for panel in row]
    if name == "cut-off":
        titles = [panel.title for panel in panels if CUT.search(panel.title)]
        return f"Groups: {list_words(tuple(dict.fromkeys(titles)))}." if titles else ""
    if name in ("number of patients", "number of events"):
        pattern = COUNT if name == "number of patients" else EVENTS
        told = next((line for panel in panels for line in panel.remark.split("\n") if pattern.search(line)), "")
        if not told:
            sentences = re.split(r"(?<=\.)\s", spec.alt_text)
            told = next((sentence for sentence in sentences if pattern.search(sentence)), "")
        return f"{capitalised(told.rstrip('.'))}." if told else ""
    pattern = TESTS if name == "test" else CORRECTION
    words = [mark.text for panel in panels for mark in panel.marks if isinstance(mark, Label)]
    words += [panel.remark for panel in panels] + [panel.y.label for panel in panels]
    told = next((text for text in words if pattern.search(text)), "")
    return f"{capitalised(' '.join(told.split()).rstrip('.'))}." if told else ""
