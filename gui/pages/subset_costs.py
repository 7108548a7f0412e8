"""How many sets a search has and about how long it takes on this computer, before it runs; and what would be shorter.

Not for: running it, or refusing: a long search may still be run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.figures.number_words import count_words, counted
from core.problems import UserError

if TYPE_CHECKING:
    from core.analyses.rtk_subset import Parameters
    from core.analyses.subset_inputs import SearchInputs
    from core.data.patients.cohort import Cohort

TOO_LONG_SECONDS = 3600.0
FEWER_SHUFFLES = 1000
LARGEST = 6
Button = tuple[str, str, bool]


@dataclass(frozen=True)
class SearchCost:
    """``seconds`` is None where another computer does the work; ``larger`` is what one size more would add.

    ``smaller`` is the largest set size that stays under an hour, 0 where none does.
    """

    candidates: int
    smallest_set: int
    max_size: int
    shuffles: int
    sets: int
    seconds: float | None
    larger: tuple[int, float | None] | None = None
    smaller: int = 0

    @property
    def too_long(self) -> bool:
        return self.seconds is not None and self.seconds > TOO_LONG_SECONDS


def search_cost(cohort: Cohort, parameters: Parameters, place: str) -> SearchCost | None:
    """The cost of a search of that cohort; None where the search cannot run at all as it is set."""
    from core.analyses.subset_inputs import search_inputs

    try:
        inputs = search_inputs(cohort, parameters)
    except UserError:
        return None
    space = inputs.problem.space
    seconds = _seconds(inputs, parameters, space.max_size, place)
    larger = None
    if space.max_size == parameters.max_size < min(LARGEST, len(inputs.receptors)):
        bigger = _sets(inputs, space.max_size + 1)
        larger = bigger - space.n_all, _seconds(inputs, parameters, space.max_size + 1, place)
    smaller = 0
    if seconds is not None and seconds > TOO_LONG_SECONDS:
        smaller = next((size for size in range(space.max_size - 1, max(len(space.must), 1) - 1, -1)
                        if (_seconds(inputs, parameters, size, place) or 0) <= TOO_LONG_SECONDS), 0)
    return SearchCost(len(inputs.receptors), space.sizes[0], space.max_size, parameters.permutations, space.n_all,
                      seconds, larger, smaller)


def _sets(inputs: SearchInputs, size: int) -> int:
    return replace(inputs.problem.space, max_size=size).n_all


def _seconds(inputs: SearchInputs, parameters: Parameters, size: int, place: str) -> float | None:
    from core.analyses.subset_numbers import seconds_of, step_costs

    cores = cores_of(place)
    if cores is None:
        return None
    problem = replace(inputs.problem, space=replace(inputs.problem.space, max_size=size))
    on_one = sum(step_costs(problem, parameters)) + seconds_of(problem)
    return on_one if on_one < 3 else on_one / cores


def cores_of(place: str) -> int | None:
    """Cores that a long search is spread over, by the words of the preference; None for a cluster."""
    from core.compute.choice import MOST_WORKERS, ONE_CORE, usable_cores

    if ":" in place:
        return None
    if place == ONE_CORE:
        return 1
    named = re.match(r"\d+", place)
    return int(named[0]) if named else min(usable_cores(), MOST_WORKERS)


def duration_words(seconds: float) -> str:
    """``about 9 min``: no more exact than such a guess can be."""
    if seconds < 10:
        return "under 10 s"
    if seconds < 50:
        return f"about {round(seconds / 10) * 10} s"
    if seconds < 55 * 60:
        return f"about {max(round(seconds / 60), 1)} min"
    hours = max(round(seconds / 3600), 1)
    if hours < 48:
        return f"about {counted(hours, 'hour')}"
    return f"about {counted(round(hours / 24), 'day')}"


def large_count(count: int) -> str:
    """``456,837``, ``4.6 million``."""
    return f"{count / 1e6:.1f} million" if count >= 1_000_000 else count_words(count)


def size_help(cost: SearchCost) -> str:
    """What stands under the largest size: how many sets, how long, and what one size more would add."""
    of = f"{cost.smallest_set}" if cost.smallest_set == cost.max_size else f"{cost.smallest_set} to {cost.max_size}"
    takes = f": {duration_words(cost.seconds)} here" if cost.seconds is not None else ""
    said = f"{large_count(cost.sets)} {'set' if cost.sets == 1 else 'sets'} of {of} of {cost.candidates}{takes}."
    if cost.larger is not None:
        added, seconds = cost.larger
        more = f": {duration_words(seconds)}" if seconds is not None else ""
        said += f" Size {cost.max_size + 1} adds {large_count(added)} {'set' if added == 1 else 'sets'}{more}."
    return said


def too_long_words(cost: SearchCost) -> tuple[str, str, tuple[Button, ...]]:
    """Title, sentence and ways out of a search that would take hours."""
    shorten: Button = ("Shorten the list of RTKs…", "field receptors", not cost.smaller)
    takes = duration_words(cost.seconds or 0.0)
    if not cost.smaller and cost.shuffles > FEWER_SHUFFLES:
        return (f"{count_words(cost.shuffles)} shuffles of the search would take {takes} here.",
                f"Each repeats the search of {large_count(cost.sets)} sets.",
                ((f"Use {FEWER_SHUFFLES:,} shuffles", "fewer shuffles", True), (shorten[0], shorten[1], False),
                 ("Run it all the same", "run", False)))
    smaller: tuple[Button, ...] = ((f"Use size {cost.smaller}", f"use size {cost.smaller}", True),) \
        if cost.smaller else ()
    return (f"Size {cost.max_size} with {cost.candidates} RTKs would take {takes} here.",
            f"It has {large_count(cost.sets)} sets, and the corrected P repeats their search on "
            f"{counted(cost.shuffles, 'shuffled outcome')}.",
            (*smaller, shorten, ("Run it all the same", "run", False)))


@dataclass
class CostMemory:
    """The last cost asked for, kept while cohort, settings and place are the same."""

    _known: tuple[Any, Any, str, SearchCost | None] | None = None

    def cost(self, cohort: Cohort, parameters: Parameters, place: str) -> SearchCost | None:
        """As ``search_cost``, without looking twice."""
        known = self._known
        if known is None or known[0] is not cohort or known[1:3] != (parameters, place):
            known = self._known = (cohort, parameters, place, search_cost(cohort, parameters, place))
        return known[3]
