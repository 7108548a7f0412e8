"""Which parts of a study rest on simulated data, and how that is said. Measured data beside them are never called so.

Not for: the badge of a figure; every analysis gives it to its own figures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.figures.number_words import capitalised, list_words
from core.project.study import Study

BADGE = "Simulated data"


def simulated_datasets(study: Study) -> tuple[str, ...]:
    """The names of the data sets that say they are simulated."""
    return tuple(dataset.name for dataset in study.datasets if dataset.simulated)


def simulated_throughout(study: Study) -> bool:
    """True where every data set is simulated, so that whatever comes of the study is."""
    return bool(study.datasets) and all(dataset.simulated for dataset in study.datasets)


def chip_words(study: Study, *, example: bool = False) -> str:
    """A few words for the whole study: "Example study", "Simulated data", "Simulated: lab", both, or nothing."""
    return " · ".join(filter(None, ("Example study" if example else "", _simulated_words(study))))


def _simulated_words(study: Study) -> str:
    names = simulated_datasets(study)
    if not names or simulated_throughout(study):
        return BADGE if names else ""
    said = all(name.lower().startswith("simulated ") for name in names)
    return capitalised(", ".join(names)) if said else f"Simulated: {', '.join(names)}"


def simulated_results(study: Study, dataset_of: Mapping[str, str],
                      parameters_of: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The analyses that use a simulated data set, as their own or among further cohorts.

    Parameters
    ----------
    dataset_of : mapping of analysis -> data set
    parameters_of : mapping of analysis -> parameters
    """
    simulated = set(simulated_datasets(study))
    of_rule = {rule.name: rule.dataset for rule in study.cohorts}
    found = []
    for name, dataset in dataset_of.items():
        further = parameters_of.get(name, {}).get("cohorts", ())
        used = {dataset, *(of_rule.get(each, "") for each in (() if isinstance(further, str) else further))}
        if used & simulated:
            found.append(name)
    return tuple(found)


def simulated_sentence(study: Study, results: Sequence[str], all_results: Collection[str]) -> str:
    """What the top of methods and workbook says; empty where nothing is simulated."""
    names = simulated_datasets(study)
    if not names:
        return ""
    if simulated_throughout(study):
        return "Simulated: this study holds simulated data."
    quoted = list_words([f"“{name}”" for name in names])
    which = f"the data set {quoted} is simulated" if len(names) == 1 else f"the data sets {quoted} are simulated"
    if not results:
        return f"Simulated: {which}; none of these results is of {'it' if len(names) == 1 else 'them'}."
    own = list_words([f"“{name}”" for name in results])
    others = " All other results are of measured data." if set(all_results) - set(results) else ""
    return f"Simulated: {which}, and so {'is what' if len(results) == 1 else 'are the results that'} " \
        f"{own} {'gives' if len(results) == 1 else 'give'}.{others}"
