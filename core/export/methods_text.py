"""methods.md: what was done, in paragraphs for a paper, each analysis in its own words, with settings and versions.

Not for: describing an analysis; each result brings its own paragraph.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.analyses.base import Result
from core.export.markdown import escape_markdown, table
from core.export.sheet_cells import plain
from core.figures.number_words import count_words, list_words
from core.problems import Severity


def methods_markdown(results: Sequence[Result], *, study_name: str, data_words: Sequence[str] = (),
                     versions: Mapping[str, str], simulated: str = "", simulated_results: Collection[str] = ()) -> str:
    """The whole file.

    Parameters
    ----------
    results : sequence of Result
        In the order in which they are described.
    study_name : str
    data_words : sequence of str
        Sentences on the data: files, patients, rules.
    versions : mapping of name -> version
        The program first.
    simulated : str
        What is said at the top where some of the data are simulated.
    simulated_results : collection of str
        Names of the results that rest on them; said under their headings.
    """
    parts = [f"# Methods: {escape_markdown(study_name)}"]
    if simulated:
        parts.append(f"**{escape_markdown(simulated)}**")
    parts.append("For research use only; nothing here is treatment advice.")
    if data_words:
        parts += ["## Data", "\n".join(f"- {escape_markdown(words)}" for words in data_words)]
    for result in results:
        parts += _analysis(result, simulated=result.name in simulated_results)
    parts += ["## What was tried", _tried(results)]
    parts += ["## Programs", escape_markdown(list_words([f"{name} {version}" for name, version in versions.items()]))
              + "."]
    return "\n\n".join(parts) + "\n"


def _analysis(result: Result, *, simulated: bool) -> list[str]:
    parts = [f"## {escape_markdown(result.info.title)} ({escape_markdown(result.name)})"]
    if simulated:
        parts.append("**Simulated data.**")
    parts += [escape_markdown(part) for part in result.methods.split("\n\n") if part.strip()]
    if result.findings:
        parts += ["### Results in words", "\n".join(f"- {escape_markdown(words)}" for words in result.findings)]
    told = [problem for problem in result.warnings if problem.severity != Severity.NOTE]
    if told:
        parts += ["### Warnings", "\n".join(f"- {escape_markdown(problem.line())}" for problem in told)]
    if result.parameters:
        parts += ["### Settings", table(("setting", "value"),
                                        [(key, _setting(value)) for key, value in result.parameters.items()])]
    if result.figures:
        parts += ["### Legends", "\n\n".join(f"**{escape_markdown(figure.name)}.** {escape_markdown(figure.caption)}"
                                             for figure in result.figures)]
    if result.info.reference:
        parts.append(f"Reference: {escape_markdown(result.info.reference)}")
    return parts


def _setting(value: object) -> str:
    cell = plain(value)
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _tried(results: Sequence[Result]) -> str:
    paid = sum(result.tests_paid_for for result in results)
    unpaid = sum(result.tests_not_paid_for for result in results)
    return (f"Tests paid for by a correction: {count_words(paid)}. Tests not paid for by any correction (shown as "
            f"uncorrected): {count_words(unpaid)}.")
