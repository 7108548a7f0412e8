"""Which lines are compared and how: the response, the groups or the pairs, derivatives of one parent, replicates.

Not for: statistics (cell_lines_estimates.py) or reading the tables (core/data/lines).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from core.analyses.cell_lines_checks import alone_within, refuse_too_little, same_donor
from core.analyses.cell_lines_numbers import CONTINUOUS, GROUPS, LOW_RESISTANT, PAIRS, Bools, Floats, Ints, LinePair
from core.analyses.cell_lines_response import Response, read_response
from core.data.lines.line_names import read_line_names
from core.data.patients.sample_set import SampleSet
from core.data.tables import ClinicalColumn
from core.data.values import value_key
from core.figures.number_words import counted, list_words
from core.problems import Problem, UserError, user_error, warning

if TYPE_CHECKING:
    from core.analyses.cell_lines import Parameters

MOST_LEVELS = 10


@dataclass(frozen=True, eq=False)
class Design:
    """The lines of the analysis in one order, and what the data set says of them.

    ``members`` lists, line by line, groups of samples that are one biological replicate each; groups of derivatives of
    one parent stand in the same line. Everything else as in CellLinesNumbers.
    """

    samples: SampleSet
    kind: str
    lines: tuple[str, ...]
    members: tuple[tuple[tuple[str, ...], ...], ...]
    response: Response
    resistant: tuple[bool | None, ...]
    names: tuple[str, str]
    cut: float
    pairs: tuple[LinePair, ...]
    strata: tuple[str, ...]
    covariates: Floats | None
    adjusted: tuple[str, ...]
    merged: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: tuple[tuple[str, str], ...]
    replicates: int
    warnings: tuple[Problem, ...]

    @property
    def codes(self) -> Ints | None:
        """A code per stratum; None where lines are not compared within strata."""
        return np.unique(np.array(self.strata), return_inverse=True)[1].astype(np.int64) if self.strata else None

    @property
    def is_resistant(self) -> Bools:
        return np.array([state is True for state in self.resistant], dtype=np.bool_)


@dataclass
class _Building:
    """What is known so far: sample -> line, and the reasons of those left out."""

    samples: SampleSet
    row_of: Mapping[str, int]
    line_of: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def column(self, name: str, answer_key: str) -> ClinicalColumn:
        try:
            return self.samples.column(name)
        except UserError as error:
            raise UserError(*(problem if problem.answer_key else Problem(
                problem.code, problem.what, problem.where, problem.why, problem.remedy, problem.severity, answer_key)
                for problem in error.problems)) from None

    def text(self, column: ClinicalColumn, sample: str) -> str:
        row = self.row_of.get(sample, -1)
        return "" if row < 0 or row in column.missing else column.texts[row]


def build_design(samples: SampleSet, parameters: Parameters) -> Design:
    """Choose the lines.

    Raises
    ------
    UserError
        "no_response" where the data set names neither a response nor groups nor pairs; "no_clinical", "no_column";
        "too_few_lines", "empty_group", "constant_response", "no_pairs".
    """
    kind, layout = _kind(samples, parameters)
    build = _Building(samples, dict(zip(samples.samples, samples.rows().tolist())))
    line_column = layout.get("line", "") or parameters.line
    column = build.column(line_column, "line") if line_column else None
    for sample in samples.samples:
        line = build.text(column, sample) if column is not None else sample
        if line:
            build.line_of[sample] = line
        else:
            build.left_out[sample] = f"“{line_column}” names no line"
    replicate = build.column(parameters.replicate, "replicate") if parameters.replicate else None
    if kind == PAIRS:
        return _pairs_design(build, layout, replicate, parameters)
    return _lines_design(build, kind, layout, replicate, parameters)


def _kind(samples: SampleSet, parameters: Parameters) -> tuple[str, Mapping[str, str]]:
    """The design and the key of the data set that it rests on."""
    layout = samples.spec.layout
    stated = {"pairs": PAIRS, "groups": GROUPS, "response": CONTINUOUS}
    wanted = parameters.design
    for key, kind in stated.items():
        if key not in layout or wanted not in ("", kind, *([GROUPS] if key == "response" and
                                                           parameters.resistant_from else [])):
            continue
        return (GROUPS if key == "response" and parameters.resistant_from and wanted != CONTINUOUS else kind), \
            layout[key]
    there = list_words([key for key in stated if key in layout])
    if there:
        raise user_error("no_response", f"lines were to be compared by “{wanted}”, but the data set "
                         f"“{samples.dataset}” names {there}", samples.place, answer_key="design",
                         remedy="take design out of the parameters, or name in the data set what it needs")
    raise user_error(
        "no_response", f"the data set “{samples.dataset}” does not say which lines are resistant", samples.place,
        why="The analysis compares resistant with sensitive lines, or goes along a response such as IC50.",
        remedy='add response = { column = …, direction = "high is resistant" }, groups = { column, sensitive, '
               'resistant } or pairs = { line, state, parental, resistant }', answer_key="response")


def _lines_design(build: _Building, kind: str, layout: Mapping[str, str], replicate: ClinicalColumn | None,
                  parameters: Parameters) -> Design:
    of_line: dict[str, list[str]] = {}
    for sample, line in build.line_of.items():
        of_line.setdefault(line, []).append(sample)
    response_of = build.samples.spec.layout.get("response")
    response = read_response(build.samples, of_line, response_of) if response_of else Response.none(len(of_line))
    build.warnings += response.warnings
    by_line = dict(zip(of_line, range(len(of_line))))
    states: dict[str, bool | None] = {}
    names, cut = ("sensitive", "resistant"), float("nan")
    if kind == GROUPS and "sensitive" in layout:
        column = build.column(layout["column"], "groups")
        names = (layout["sensitive"], layout["resistant"])
        states = {line: _state(build, column, members, names) for line, members in of_line.items()}
    elif kind == GROUPS:
        cut = _cut(parameters)
        low = response.direction == LOW_RESISTANT
        for line, at in by_line.items():
            value = response.values[at]
            states[line] = None if not np.isfinite(value) else bool(value <= cut if low else value >= cut)
    for line, at in by_line.items():
        if kind == CONTINUOUS and not np.isfinite(response.values[at]):
            build.left_out[line] = f"no {response.name}"
        if kind == GROUPS and states[line] is None:
            build.left_out[line] = "in neither group"
    kept = [line for line in of_line if line not in build.left_out]
    units, merged = _units(build, kept, states if kind == GROUPS else {}, parameters)
    stratum_of, units = _strata(build, units, of_line, parameters.within)
    covariates, adjusted, units = _covariates(build, units, of_line, parameters.adjust)
    strata = tuple(stratum_of[unit] for unit in units) if parameters.within else ()
    members = [_replicates(build, [sample for line in lines for sample in of_line[line]], replicate)
               for lines in units.values()]
    places = [[by_line[line] for line in lines] for lines in units.values()]
    design = Design(
        build.samples, kind, tuple(units), tuple(members), response.of(places),
        tuple(states[lines[0]] if kind == GROUPS else None for lines in units.values()), names, cut, (), strata,
        covariates, adjusted, tuple((unit, tuple(lines)) for unit, lines in merged.items() if unit in units),
        tuple(build.left_out.items()), max((len(one) for one in members), default=1), ())
    refuse_too_little(design)
    return replace(design, warnings=(*build.warnings, *alone_within(design), *same_donor(design.lines, build.samples)))


def _cut(parameters: Parameters) -> float:
    try:
        return float(parameters.resistant_from)
    except ValueError:
        raise user_error("wrong_type", f"“resistant_from” is “{parameters.resistant_from}”, which is no number",
                         remedy="write the response from which a line counts as resistant",
                         answer_key="resistant_from") from None


def _state(build: _Building, column: ClinicalColumn, members: Sequence[str], names: tuple[str, str]) -> bool | None:
    keys = {value_key(build.text(column, sample)) for sample in members if build.text(column, sample)}
    found = {keys <= {value_key(name)} and bool(keys) for name in names}
    if found == {False}:
        return None
    return keys == {value_key(names[1])}


def _units(build: _Building, lines: Sequence[str], states: Mapping[str, bool | None], parameters: Parameters
           ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Lines by parent: a parent with its derivatives is one line. Those of both groups are left out, with a reason."""
    if parameters.parent:
        column = build.column(parameters.parent, "parent")
        sample_of = {line: sample for sample, line in build.line_of.items()}
        parents = [build.text(column, sample_of[line]) or line for line in lines]
    else:
        parents = [name.parent for name in read_line_names(lines)]
    families: dict[str, list[str]] = {}
    for line, parent in zip(lines, parents):
        families.setdefault(parent, []).append(line)
    units: dict[str, list[str]] = {}
    merged: dict[str, list[str]] = {}
    for family in families.values():
        name = min(family, key=len)
        if states and len({states[line] for line in family}) > 1:
            for line in family:
                build.left_out[line] = "its parent or a derivative is in the other group"
            build.warnings.append(warning(
                "parent_in_both_groups", f"{list_words(family)} come from one parent and stand in both groups; they "
                "were left out", build.samples.place, why="Derivatives of one parent count as one line.",
                remedy="compare them as pairs = { line, state, parental, resistant }", answer_key="pairs"))
            continue
        units[name] = family
        if len(family) > 1:
            merged[name] = family
    if merged:
        words = "; ".join(f"{list_words(family)} as {name}" for name, family in merged.items())
        build.warnings.append(warning(
            "derivatives_merged", f"derivatives of one parent count as one line and were averaged: {words}",
            build.samples.place, why="They are not independent of their parent.",
            remedy="leave out those that are not to be used, or compare them as pairs"))
    return units, merged


def _strata(build: _Building, units: dict[str, list[str]], of_line: Mapping[str, Sequence[str]], within: str
            ) -> tuple[dict[str, str], dict[str, list[str]]]:
    if not within:
        return {}, units
    column = build.column(within, "within")
    strata = {}
    for unit, lines in units.items():
        texts = {value_key(build.text(column, sample)) for line in lines for sample in of_line[line]} - {""}
        if len(texts) == 1:
            strata[unit] = texts.pop()
        else:
            build.left_out[unit] = f"no {within}" if not texts else f"several values of {within}"
    return strata, {unit: lines for unit, lines in units.items() if unit in strata}


def _covariates(build: _Building, units: dict[str, list[str]], of_line: Mapping[str, Sequence[str]],
                adjust: Sequence[str]) -> tuple[Floats | None, tuple[str, ...], dict[str, list[str]]]:
    """Complete design of the covariates; a line without one of them is left out, with a reason."""
    if not adjust:
        return None, (), units
    columns = [build.column(name, "adjust") for name in adjust]
    first = {unit: of_line[lines[0]][0] for unit, lines in units.items()}
    for unit, sample in first.items():
        lacking = [column.name for column in columns if not build.text(column, sample)]
        if lacking:
            build.left_out[unit] = f"{list_words(lacking)} missing"
    units = {unit: lines for unit, lines in units.items() if unit not in build.left_out}
    terms: list[Floats] = []
    adjusted: list[str] = []
    for column in columns:
        rows = [build.row_of[first[unit]] for unit in units]
        numbers = column.numbers[np.array(rows, dtype=np.intp)] if rows else np.zeros(0)
        texts = [value_key(column.texts[row]) for row in rows]
        levels = sorted(set(texts), key=lambda text: (-texts.count(text), text))
        if np.isfinite(numbers).all():
            made = [numbers]
        elif len(levels) > MOST_LEVELS:
            raise user_error("too_many_levels", f"“{column.name}” has {len(levels)} different values among "
                             f"{counted(len(texts), 'line')}, too many to adjust for", column.place,
                             remedy="use a column of numbers or one with fewer categories", answer_key="adjust")
        else:
            made = [np.array([text == level for text in texts], dtype=np.float64) for level in levels[1:]]
        useful = [term for term in made if len(term) and np.ptp(term) > 0]
        if not useful:
            build.warnings.append(warning(
                "constant_covariate", f"“{column.name}” has one value only among the analysed lines, so it cannot be "
                "adjusted for", column.place, remedy="take it out of adjust", answer_key="adjust"))
            continue
        adjusted.append(column.name)
        terms += useful
    if terms and len(units) < len(terms) + 4:
        raise user_error("too_few_lines", f"{counted(len(units), 'line')} cannot be adjusted for "
                         f"{list_words(adjusted)}", build.samples.place,
                         why="Each number and each category beside the first takes a line.",
                         remedy="adjust for less, or use more lines", answer_key="adjust")
    return (np.column_stack(terms) if terms else None), tuple(adjusted), units


def _replicates(build: _Building, members: Sequence[str], replicate: ClinicalColumn | None
                ) -> tuple[tuple[str, ...], ...]:
    """Samples by biological replicate; technical ones stand together. Without such a column each line is one."""
    if replicate is None:
        return tuple((sample,) for sample in members)
    groups: dict[tuple[str, str], list[str]] = {}
    for sample in members:
        key = value_key(build.text(replicate, sample)) or f"\x1f{sample}"
        groups.setdefault((build.line_of[sample], key), []).append(sample)
    return tuple(tuple(group) for group in groups.values())


def _pairs_design(build: _Building, layout: Mapping[str, str], replicate: ClinicalColumn | None,
                  parameters: Parameters) -> Design:
    state = build.column(layout["state"], "pairs")
    keys = {value_key(layout["parental"]): False, value_key(layout["resistant"]): True}
    found: dict[str, dict[bool, list[str]]] = {}
    for sample, line in build.line_of.items():
        key = value_key(build.text(state, sample))
        if key in keys:
            found.setdefault(line, {}).setdefault(keys[key], []).append(sample)
        else:
            build.left_out[sample] = f"“{state.name}” is neither {layout['parental']} nor {layout['resistant']}"
    lines: list[str] = []
    members: list[tuple[tuple[str, ...], ...]] = []
    states: list[bool | None] = []
    pairs: list[LinePair] = []
    for parent, both in found.items():
        if len(both) < 2:
            there, lacking = (("resistant", "parental") if True in both else ("parental", "resistant"))
            for sample in next(iter(both.values())):
                build.left_out[sample] = f"{parent} has a {layout[there]} sample and no {layout[lacking]} one"
            continue
        pairs.append(LinePair(parent, (len(lines),), (len(lines) + 1,)))
        for resistant in (False, True):
            own = both[resistant]
            word = layout["resistant" if resistant else "parental"]
            lines.append(own[0] if len(own) == 1 and own[0] != parent else f"{parent} ({word})")
            members.append(_replicates(build, own, replicate))
            states.append(resistant)
    if not pairs:
        raise user_error("no_pairs", f"no line has both a {layout['parental']} and a {layout['resistant']} sample",
                         state.place, why="A pair is one parental line and its resistant derivative.",
                         remedy=f"check the columns “{layout['line']}” and “{layout['state']}”", answer_key="pairs")
    build.warnings += same_donor([pair.parent for pair in pairs], build.samples)
    for name, values in (("within", parameters.within), ("adjust", parameters.adjust)):
        if values:
            build.warnings.append(warning("not_for_pairs", f"“{name}” does nothing to pairs: each derivative is "
                                          "compared with its own parent", remedy=f"take {name} out of the parameters",
                                          answer_key=name))
    return Design(build.samples, PAIRS, tuple(lines), tuple(members), Response.none(len(lines)), tuple(states),
                  (layout["parental"], layout["resistant"]), float("nan"), tuple(pairs), (), None, (), (),
                  tuple(build.left_out.items()), max(len(one) for one in members), tuple(build.warnings))
