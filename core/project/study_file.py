"""Study files (TOML) into Study values: every key known, every name resolved, problems named by their place.

Not for: looking at the data files; a missing column is found when its table is read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.analyses import KINDS, LATER_KINDS
from core.data.assays.assay_spec import ASSAY_KINDS
from core.data.dataset import DatasetSpec
from core.data.nearest_name import nearest
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.combined_columns import RULES, CombinedColumn
from core.data.sheets.recipe import Answers
from core.data.tables import MONTHS_IN, EndpointRule
from core.problems import Location, Problem, UserError, user_error
from core.project.assay_section import assays_in
from core.project.lock_section import lock_in
from core.project.study import ROLES, STUDY_FORMAT, AnalysisSpec, Study, folder_of
from core.project.table_section import table_in
from core.project.toml_errors import not_toml
from core.project.toml_section import Section

MAX_STUDY_BYTES = 64_000_000
ROLE_KEYS = {
    "cohort": (),
    "cell_lines": ("response", "groups", "pairs"),
    "biopsies": ("pairs",),
    "activation": (),
}
LAYOUT_KEYS = {
    ("biopsies", "pairs"): ("patient", "time_point", "before", "after"),
    ("cell_lines", "pairs"): ("line", "state", "parental", "resistant"),
    ("cell_lines", "response"): ("column", "direction"),
    ("cell_lines", "groups"): ("column", "sensitive", "resistant"),
}
FURTHER_LAYOUT_KEYS = {("cell_lines", "response"): ("name", "unit")}
"""What may be left out: how the response is called in words, and its unit."""
CHOSEN: Mapping[str, tuple[str, ...]] = {"direction": ("high is resistant", "low is resistant"), "from": ("names",)}
"""Keys of these that have only certain values. ``pairs = { from = "names" }``: a person agreed to what names say."""
FOLDER_FORBIDDEN = set('<>:"/\\|?*')
RESERVED_NAMES = {"results.xlsx", "methods.md", "import_report.md", "problems.json", "study.toml", "con", "prn", "aux",
                  "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def read_study(path: Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    UserError
        With every problem of the file at once.
    """
    study, problems = parse_study(_read_toml(path), path)
    if problems:
        raise UserError(*problems)
    return study


def _read_toml(path: Path) -> dict[str, Any]:
    place = Location(path.name)
    if path.is_dir():
        raise user_error("not_a_study", "this is a folder, not a study file", place, remedy="name the .toml file in it")
    if not path.exists():
        others = sorted(item.name for item in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        hint = f"; in that folder there is {', '.join(others[:5])}" if others else ""
        raise user_error("no_study_file", "there is no such study file", place, remedy=f"check the path{hint}")
    try:
        if path.stat().st_size > MAX_STUDY_BYTES:
            raise user_error("not_a_study", "the file is too large to be a study file", place,
                             remedy="give the .toml file that describes the study, not a data file")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise user_error("not_a_study", "the file is not UTF-8 text, so it is no study file", place,
                         remedy="save the study file as UTF-8 text, or give the .toml file of the study") from None
    except OSError as error:
        raise user_error("unreadable", f"the study file cannot be read ({error.strerror})", place,
                         remedy="check that you may read it") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise not_toml(str(error), text, path.name) from None


def parse_study(values: dict[str, Any], path: Path) -> tuple[Study, list[Problem]]:
    """A study from parsed TOML, with the list of what is wrong; the study is usable only when the list is empty."""
    problems: list[Problem] = []
    top = Section(values, path.name, "", problems)
    top.allow(("format", "name", "description", "program", "dataset", "cohort", "lock", "analysis"))
    _check_format(top)
    datasets = tuple(_dataset(section, folder_of(path)) for section in top.sections("dataset"))
    if not datasets:
        top.problem("no_dataset", "the study names no data set", remedy="add a [[dataset]] with its files")
    _unique_names(top, "dataset", [dataset.name for dataset in datasets])
    cohorts = _cohorts(top, datasets)
    analyses = tuple(_analysis(section, [cohort.name for cohort in cohorts]) for section in top.sections("analysis"))
    _unique_names(top, "analysis", [analysis.name for analysis in analyses],
                  remedy="give each its own name: it becomes the folder of its results", folded=True)
    locks = tuple(lock_in(section) for section in top.sections("lock"))
    _unique_names(top, "lock", [lock.name for lock in locks])
    for name in {lock.name for lock in locks} & {analysis.name for analysis in analyses}:
        top.problem("repeated_name", f"a lock and an analysis are both called “{name}”",
                    remedy="give the analysis another name: “locked” has to mean one of them")
    name = top.text("name", default=path.stem)
    return Study(name, path.name, datasets, cohorts, analyses, top.text("description"), locks), problems


def _check_format(top: Section) -> None:
    stated = top.values.get("format", STUDY_FORMAT)
    if isinstance(stated, int) and not isinstance(stated, bool) and stated > STUDY_FORMAT:
        top.problem("newer_format", f"this study was made by a newer RTKscope (format {stated}, this one reads "
                    f"{STUDY_FORMAT}). Nothing was changed", remedy="open it with the newer version")
    elif stated != STUDY_FORMAT or isinstance(stated, bool):
        top.problem("unknown_format", f"format is {stated!r}", remedy=f"write format = {STUDY_FORMAT}")


def _unique_names(top: Section, what: str, names: list[str], remedy: str = "give each its own name",
                  folded: bool = False) -> None:
    seen: set[str] = set()
    for name in names:
        key = name.lower() if folded else name
        if key in seen:
            top.problem("repeated_name", f"two entries of [[{what}]] are called “{name}”", remedy=remedy)
        seen.add(key)


def _dataset(section: Section, folder: Path) -> DatasetSpec:
    role = section.values.get("role")
    role_keys = ROLE_KEYS.get(role, ()) if isinstance(role, str) else ()
    section.allow(("name", "role", "expression", "clinical", "endpoint", "combined", "answers", "simulated",
                   *ASSAY_KINDS, *role_keys))
    if role == "doses":
        section.problem("role_not_in_this_version", "dose tables are not read by this version of RTKscope",
                        remedy="take this data set out of the study for now")
        role = "cohort"
    else:
        role = section.text("role", required=True, choices=ROLES)
    hashes: dict[str, str] = {}
    expression = tuple(table_in(part, folder, "expression", hashes) for part in section.sections("expression"))
    clinical = tuple(table_in(part, folder, "clinical", hashes) for part in section.sections("clinical"))
    assays = assays_in(section, folder, hashes)
    if not expression and not clinical and not assays:
        section.problem("no_tables", "the data set has no table", remedy="add expression = { file = … }")
    endpoints = tuple(_endpoint(part) for part in section.sections("endpoint"))
    _unique_names(section, "dataset.endpoint", [endpoint.name for endpoint in endpoints])
    if endpoints and not clinical and not section.values.keys() & set(ASSAY_KINDS):
        section.problem("no_clinical", "the data set has an endpoint but no clinical table",
                        remedy="add clinical = { file = … }")
    layout = {}
    for key in role_keys:
        part = section.section(key)
        if part is not None:
            by_names = (role, key) == ("biopsies", "pairs") and "from" in part.values
            known = ("from",) if by_names else LAYOUT_KEYS[(role, key)]
            further = FURTHER_LAYOUT_KEYS.get((role, key), ())
            part.allow((*known, *further))
            layout[key] = {name: part.text(name, required=True, choices=CHOSEN.get(name, ()))
                           for name in known} | {name: text for name in further if (text := part.text(name))}
    answers, accept = _answers(section)
    return DatasetSpec(section.text("name", required=True), role, expression, clinical, endpoints, answers, accept,
                       bool(section.flag("simulated")), layout,
                       tuple(_combined(part) for part in section.sections("combined")), hashes, assays)


def _endpoint(section: Section) -> EndpointRule:
    section.allow(("name", "time", "unit", "event", "event_values", "competing_values"))
    values, others = section.scalars("event_values"), section.scalars("competing_values")
    return EndpointRule(section.text("name", default="outcome") or "outcome", section.text("time", required=True),
                        section.text("unit", required=True, choices=tuple(MONTHS_IN)),
                        section.text("event", required=True), values or (), others or ())


def _combined(section: Section) -> CombinedColumn:
    section.allow(("name", *RULES))
    stated = [rule for rule in RULES if rule in section.values]
    if len(stated) != 1:
        section.problem("missing_key", "a combined column needs one of largest, smallest and first",
                        remedy='write first = ["relapse_date_months", "last_contact_months"]')
        return CombinedColumn(section.text("name", required=True), "first", ())
    columns = section.texts(stated[0]) or ()
    if not columns:
        section.problem("missing_key", f"“{stated[0]}” names no column", remedy="list the columns to combine")
    return CombinedColumn(section.text("name", required=True), stated[0], columns)


def _answers(section: Section) -> tuple[Answers, bool]:
    part = section.section("answers")
    if part is None:
        return Answers(), False
    part.allow(("genes", "samples", "cells", "drop", "average", "near_matches"))
    return Answers(part.text_map("genes"), part.text_map("samples"), part.text_map("cells"),
                   part.texts("drop") or (), part.texts("average") or ()), bool(part.flag("near_matches"))


def _cohorts(top: Section, datasets: tuple[DatasetSpec, ...]) -> tuple[CohortRule, ...]:
    names = [dataset.name for dataset in datasets]
    found: list[CohortRule] = []
    for section in top.sections("cohort"):
        section.allow(("name", "dataset", "keep", "follow_up_max", "same_rules_as"))
        dataset = section.text("dataset")
        if not dataset:
            if len(names) == 1:
                dataset = names[0]
            else:
                section.problem("missing_key", "the cohort does not say which data set it is of",
                                remedy=f"add dataset = one of {', '.join(names)}", key="dataset")
        elif dataset not in names:
            close = nearest(dataset, names)
            section.problem("unknown_name", f"there is no data set “{dataset}”",
                            remedy=f"did you mean “{close}”?" if close else f"data sets: {', '.join(names)}")
        keep = tuple(_keep(part) for part in section.sections("keep"))
        limit = section.number("follow_up_max", low=0)
        rule = CohortRule(section.text("name", required=True), dataset, keep, limit)
        model = section.text("same_rules_as")
        if model:
            known = {cohort.name: cohort for cohort in found}
            if model in known:
                rule = replace(rule, keep=known[model].keep + keep,
                               follow_up_max=known[model].follow_up_max if limit is None else limit)
            else:
                section.problem("unknown_name", f"there is no cohort “{model}” above this one",
                                remedy=f"cohorts above: {', '.join(known) or 'none'}")
        found.append(rule)
    _unique_names(top, "cohort", [cohort.name for cohort in found])
    return tuple(found)


def _keep(section: Section) -> KeepRule:
    section.allow(("column", "receptor", "in", "not_in", "min", "max", "missing", "upper_group"))
    column, receptor = section.text("column"), section.text("receptor")
    if bool(column) == bool(receptor):
        section.problem("missing_key", "a rule needs either “column” or “receptor”",
                        remedy='write { column = "her2_status", in = ["Positive"] }')
    rule = KeepRule(column, receptor, section.scalars("in"), section.scalars("not_in"), section.number("min"),
                    section.number("max"), section.flag("missing"), bool(section.flag("upper_group")))
    operators = (rule.included, rule.excluded, rule.minimum, rule.maximum, rule.missing, rule.upper_group or None)
    if all(operator is None for operator in operators):
        section.problem("missing_key", f"the rule on “{rule.subject}” says nothing to keep",
                        remedy="add in, not_in, min, max or missing")
    if rule.upper_group and column:
        section.problem("unknown_value", "“upper_group” goes with a receptor, not with a column",
                        remedy="use in, min or max")
    if receptor and (rule.included is not None or rule.excluded is not None):
        section.problem("unknown_value", "“in” and “not_in” go with a column, not with a receptor",
                        remedy="use min, max, missing or upper_group")
    return rule


def _analysis(section: Section, cohorts: list[str]) -> AnalysisSpec:
    section.allow(("name", "kind", "cohort", "endpoint", "parameters"))
    kind = section.text("kind", required=True, choices=(*KINDS, *LATER_KINDS))
    cohort = section.text("cohort")
    if cohort and cohort not in cohorts:
        close = nearest(cohort, cohorts)
        section.problem("unknown_name", f"there is no cohort “{cohort}”", key="cohort",
                        remedy=f"did you mean “{close}”?" if close else f"cohorts: {', '.join(cohorts) or 'none'}")
    name = section.text("name").strip() or kind
    if (FOLDER_FORBIDDEN & set(name)) or name.strip(". ") != name or name.lower() in RESERVED_NAMES or len(name) > 100 \
            or not name.isprintable():
        section.problem("unusable_name", f"“{name}” cannot be the name of a folder",
                        remedy="use letters, digits, spaces, - and _")
    parameters = section.section("parameters")
    return AnalysisSpec(name, kind, cohort, section.text("endpoint"),
                        parameters.values if parameters else {})
