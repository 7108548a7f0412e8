"""Which receptor is on in each patient: tables, votes, samples, refusals and words.

Not for: the rules by themselves (test_activation_calls.py).
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.analyses.activation import Parameters, check, run
from core.analyses.activation_numbers import ActivationNumbers
from core.analyses.activation_words import answer
from core.analyses.base import Result
from core.batch import run_study
from core.data.assays.assay_spec import ARRAY, AssayRecord, AssaySpec
from core.data.dataset import DatasetSpec
from core.data.patients.sample_set import SampleSet
from core.data.reference import rtk_symbols
from core.data.sheets.recipe import TableSpec
from core.data.tables import ExpressionMatrix, Scale
from core.jobs import JobContext
from core.problems import Location, UserError
from tests.biopsy_sets import biopsies, drawn, inputs
from tests.builders import clinical_table

Floats = NDArray[np.float64]


def table(values: Any, measure: str = "mRNA", scale: Scale = Scale.LOG2, genes: tuple[str, ...] = ()) -> ExpressionMatrix:
    array = np.asarray(values, dtype=np.float64)
    names = tuple(f"P{row + 1:02d}" for row in range(len(array)))
    return ExpressionMatrix(names, genes or rtk_symbols()[:array.shape[1]], array, scale, measure,
                            Location(f"{measure}.csv"))


def patients(*tables: ExpressionMatrix, **columns: Any) -> SampleSet:
    names = tuple(dict.fromkeys(name for each in tables for name in each.samples))
    clinical = clinical_table(columns, names) if columns else None
    return SampleSet("all", "tumours", DatasetSpec("tumours", "activation"), names, tables, clinical, (), ())


def result_of(samples: SampleSet, **settings: Any) -> Result:
    assert check(inputs(samples), Parameters(**settings)) == []
    return run(inputs(samples), Parameters(**settings), JobContext())


def numbers_of(samples: SampleSet, **settings: Any) -> ActivationNumbers:
    numbers = result_of(samples, **settings).numbers
    assert isinstance(numbers, ActivationNumbers)
    return numbers


def refused(samples: SampleSet, **settings: Any) -> Any:
    with pytest.raises(UserError) as raised:
        run(inputs(samples), Parameters(**settings), JobContext())
    assert [found.code for found in check(inputs(samples), Parameters(**settings))] == [
        problem.code for problem in raised.value.problems]
    return raised.value.problems[0]


def rising(n: int = 20, high: int = 3) -> Floats:
    """One receptor: most patients around 5, the last ``high`` at 15."""
    values = 5.0 + np.sin(np.arange(n, dtype=np.float64) * (np.arange(n) < n / 2))
    values[n - high:] = 15.0
    return values[:, None]


def test_that_three_measures_vote_and_every_call_has_its_evidence() -> None:
    mrna, total, phospho = rising(high=4), rising(high=3), rising(high=2)
    mrna[0], total[0], phospho[1], total[1], mrna[1] = np.nan, np.nan, np.nan, np.nan, np.nan
    result = result_of(patients(table(mrna), table(total, "total", Scale.SCORE), table(phospho, "phospho")))
    calls = result.table("calls").columns
    assert list(calls) == ["patient", "EGFR"]
    assert calls["EGFR"][-4:] == ["off", "on", "on", "on"]
    assert calls["EGFR"][:2] == ["unknown", "unknown"]
    evidence = result.table("evidence").columns
    assert list(evidence)[:7] == ["patient", "receptor", "measure", "value", "threshold", "state", "why"]
    assert evidence["measure"][:3] == ["mRNA", "total", "phospho"]
    numbers = result.numbers
    assert isinstance(numbers, ActivationNumbers)
    assert numbers.calls.dtype == np.int8
    assert numbers.why[0][0].endswith("fewer than two measures can say")
    assert [numbers.state(row, 0) for row in (0, 1, 19)] == ["unknown", "not measured", "on"]
    shares = {name: values[0] for name, values in result.table("shares").columns.items()}
    assert (shares["on"], shares["off"], shares["unknown"]) == (3, 15, 2)
    assert (shares["share_low"], shares["share_high"]) == (3 / 20, 5 / 20)


def test_that_two_measures_against_each_other_are_unknown_and_say_so() -> None:
    numbers = numbers_of(patients(table(rising(high=4)), table(rising(high=2), "phospho")))
    assert numbers.calls[:, 0].tolist()[-4:] == [-1, -1, 1, 1]
    assert numbers.why[16][0].endswith("they disagree")


def test_that_a_consensus_of_one_measure_is_refused_with_the_remedy() -> None:
    problem = refused(patients(table(rising())))
    assert problem.code == "one_measure"
    assert "needs two of mRNA, total protein and phospho" in problem.what
    assert "robust z" in problem.remedy
    assert problem.answer_key == "method"


def test_that_a_table_of_calls_is_taken_as_it_is() -> None:
    given = np.array([[1.0, 0.0, np.nan], [0.0, 0.0, 1.0]])
    result = result_of(patients(table(given, scale=Scale.CALLS)))
    assert result.table("calls").columns["EGFR"] == ["on", "off"]
    assert result.table("calls").columns["ERBB3"] == ["unknown", "on"]
    assert np.isnan(result.table("jitter").columns["share_that_turns"]).all()
    assert "Calls are those of the table." in result.findings[0]


def test_that_array_calls_win_over_a_rule_on_the_signal() -> None:
    called = np.zeros((20, 1))
    called[:5] = 1.0
    record = AssayRecord(AssaySpec(ARRAY, TableSpec("array.csv")), Location("array.csv"), "membranes", {},
                         calls=table(called, "phospho", Scale.CALLS))
    samples = replace(patients(table(rising()), table(rising(), "phospho")), assays=(record,))
    numbers = numbers_of(samples)
    assert numbers.measures[1].rule == "array call"
    assert numbers.calls[:, 0].tolist() == [-1] * 5 + [0] * 12 + [-1] * 3
    assert numbers_of(samples, method="phospho call").on.tolist() == [5]
    assert numbers_of(samples, method="phospho call", limit="10").on.tolist() == [3]
    assert refused(patients(table(rising(), "phospho")), method="phospho call").code == "no_limit"


def test_that_a_reference_limit_needs_reference_samples_or_a_number() -> None:
    tissue = ["normal"] * 10 + ["tumour"] * 10
    samples = patients(table(rising()), tissue=tissue)
    problem = refused(samples, method="reference limit")
    assert problem.code == "no_reference"
    assert 'reference_column = "tissue"' in problem.remedy
    result = result_of(samples, method="reference limit", reference_column="tissue", reference=("normal",))
    assert result.table("calls").columns["patient"] == [f"P{number}" for number in range(11, 21)]
    assert result.table("shares").columns["on"][0] == 3
    assert "few_references" in [each.code for each in result.warnings]
    assert {each.reason for each in result.numbers.left_out} == {"a reference sample "
                                                                 "(tissue)"}  # type: ignore[union-attr]
    assert numbers_of(samples, method="reference limit", limit="14,5").on.tolist() == [3]
    assert "did you mean “normal”" in refused(samples, method="reference limit", reference_column="tissue",
                                              reference=("nornal",)).remedy


def test_that_reference_samples_may_stand_outside_the_cohort() -> None:
    whole = patients(table(rising()), tissue=["normal"] * 10 + ["tumour"] * 10)
    cohort = replace(whole, samples=whole.samples[10:])
    numbers = numbers_of(cohort, method="reference limit", reference_column="tissue", reference=("normal",))
    assert numbers.n_reference == 10
    assert numbers.on.tolist() == [3]


def test_that_a_fold_is_counted_from_the_patients_own_sample_before() -> None:
    before, after = drawn(6, 2)
    before[:, 0], after[:, 0] = 5.0, [5.9, 6.0, 7.0, 5.0, 3.0, 6.5]
    pairs = biopsies(before, after)
    result = result_of(pairs, method="fold over baseline", floor="0")
    assert result.table("calls").columns["EGFR"] == ["off", "on", "on", "off", "off", "on"]
    assert result.table("calls").columns["patient"][0] == "P01"
    assert result.table("samples").columns["sample"][0] == "P01_post"
    assert numbers_of(pairs, method="fold over baseline", limit="4").on[0] == 1
    assert numbers_of(pairs, method="fold over baseline", floor="6.2").on[0] == 2
    assert refused(pairs, method="fold over baseline", limit="0.5").code == "wrong_number"
    scored = replace(pairs, expression=(replace(pairs.expression[0], scale=Scale.SCORE),))
    assert refused(scored, method="fold over baseline").code == "no_fold"
    assert refused(patients(table(rising())), method="fold over baseline").code == "no_pairs"


def test_that_of_a_paired_patient_the_sample_after_is_called_unless_before_is_asked_for() -> None:
    pairs = biopsies(*drawn(8, 3))
    numbers = numbers_of(pairs, method="robust z")
    assert set(numbers.sample_names) == {f"P{number:02d}_post" for number in range(1, 9)}
    assert numbers.other_time == 8
    assert numbers_of(pairs, method="robust z", sample="before").sample_names[0] == "P01_pre"


def test_that_a_percentile_warns_that_it_fixes_the_shares() -> None:
    rng = np.random.default_rng(1)
    result = result_of(patients(table(rng.normal(size=(40, 5)))), method="percentile")
    assert set(result.table("shares").columns["on"].tolist()) == {10}  # type: ignore[union-attr]
    assert "percentile_fixes_shares" in [each.code for each in result.warnings]
    assert refused(patients(table(rising())), method="percentile", limit="130").code == "wrong_number"


def test_that_only_mrna_is_said_to_be_no_activation() -> None:
    assert "only_mrna" in [each.code for each in result_of(patients(table(rising())), method="robust z").warnings]


def test_that_a_rule_that_cannot_be_used_leaves_the_receptor_unknown_and_names_it() -> None:
    values = np.column_stack([rising(), np.zeros(20)])
    result = result_of(patients(table(values)), method="robust z")
    assert set(result.table("calls").columns["ERBB2"]) == {"unknown"}
    assert any("ERBB2 cannot be called by mRNA" in each.what for each in result.warnings)
    nothing = numbers_of(patients(table(np.zeros((8, 2)))), method="robust z")
    assert answer(nothing).sentence == "Nothing can be called."
    mixture = result_of(patients(table(np.random.default_rng(3).normal(size=(50, 2)))), method="mixture")
    assert any("BIC" in each.what for each in mixture.warnings)


def test_that_calls_near_the_threshold_turn_when_it_moves() -> None:
    values = np.concatenate([np.linspace(0, 1, 10), [1.95, 2.05]])[:, None]
    numbers = numbers_of(patients(table(values)), method="reference limit", limit="2")
    assert np.flatnonzero(numbers.changed[:, 0]).tolist() == [10, 11]
    assert numbers.jitter[0] == pytest.approx(2 / 12)
    firm = result_of(patients(table(values)), method="reference limit", limit="2").table("evidence").columns["firm"]
    assert list(firm) == [True] * 10 + [False, False]


def test_that_two_tables_of_one_measure_and_a_wrong_number_are_refused() -> None:
    samples = patients(table(rising()), table(rising()), table(rising(), "phospho"))
    assert refused(samples).code == "which_measure"
    assert refused(patients(table(rising())), method="robust z", limit="two").code == "wrong_number"
    assert refused(patients(table(rising()), table(rising(), "total")), rule="reference limit",
                   limit="3").code == "limit_of_several"


def test_that_receptors_of_any_table_are_called_and_unknown_genes_are_named() -> None:
    samples = patients(table(rising(), genes=("EGFR",)), table(rising(), "total", genes=("MET",)))
    numbers = numbers_of(samples)
    assert numbers.receptors == ("EGFR", "MET")
    assert set(numbers.calls.ravel().tolist()) == {-1}
    assert "too_few_measures" in [each.code for each in result_of(samples).warnings]
    assert any("2 of 2 receptors have fewer than two measures" in words for words in result_of(samples).findings)
    listed = result_of(samples, receptors=("MET", "NOTAGENE"))
    assert "receptor_not_in_table" in [each.code for each in listed.warnings]
    assert refused(samples, receptors=("NOTAGENE",)).code == "no_receptors"


def test_that_the_map_shows_each_state_with_the_totals_and_keeps_erbb2_on_top() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(30, 6))
    values[:12, 3] += 8
    values[2, 0] = np.nan
    result = result_of(patients(table(values), table(values, "phospho")))
    figure = result.figures[0]
    columns = figure.data["activation_map"]
    assert list(columns)[1] == "ERBB2"
    assert {"on", "off", "not measured"} <= {state for name, states in columns.items() if name != "patient"
                                             for state in states}
    assert "ERBB2" in figure.texts()
    assert len(figure.caption) > 100


def test_that_a_wall_of_question_marks_is_a_sentence_and_every_call_stays_in_the_table() -> None:
    rng = np.random.default_rng(8)
    values = rng.normal(size=(60, 12))
    values[:25, 3] += 9
    result = result_of(patients(table(values)), method="mixture", receptors="all")
    figure = result.figures[0]
    drawn = [name for name in figure.data["activation_map"] if name != "patient"]
    assert "ERBB2" in drawn
    assert len(drawn) < 12
    assert "unknown in every patient" in figure.caption
    assert all(name in figure.caption for name in result.table("shares").columns["receptor"] if name not in drawn)
    assert len(result.table("calls").columns) == 13


def test_that_two_tables_run_headless_and_the_study_as_run_gives_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    genes, names = rtk_symbols()[:8], [f"T{number:02d}" for number in range(1, 31)]
    active = rng.random((30, 8)) < 0.3
    for measure in ("mRNA", "phospho"):
        values = rng.normal(7, 1, (30, 8)) + 5 * active
        lines = ["sample," + ",".join(genes), *(f"{name}," + ",".join(f"{value:.3f}" for value in row)
                                                for name, row in zip(names, values, strict=True))]
        (tmp_path / f"{measure}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text('''format = 1
name = "Calls"
[[dataset]]
name = "tumours"
role = "activation"
[[dataset.expression]]
file = "mRNA.csv"
samples = "rows"
id = "sample"
scale = "log2"
measure = "mRNA"
[[dataset.expression]]
file = "phospho.csv"
samples = "rows"
id = "sample"
scale = "log2"
measure = "phospho"
[[analysis]]
kind = "activation"
[[analysis]]
name = "limit"
kind = "activation"
parameters = { method = "reference limit", limit = 9.5, measure = "phospho" }
''', encoding="utf-8")
    run_study(tmp_path / "study.toml", tmp_path / "out", JobContext())
    run_study(tmp_path / "out" / "study.toml", tmp_path / "again", JobContext())
    written = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.csv"))
    assert [str(path) for path in written if path.parent.name == "activation"] == [
        f"activation/{name}.csv" for name in ("calls", "evidence", "jitter", "samples", "shares")]
    for path in written:
        assert (tmp_path / "out" / path).read_bytes() == (tmp_path / "again" / path).read_bytes()
    first = (tmp_path / "out" / "activation" / "calls.csv").read_text(encoding="utf-8").splitlines()
    assert first[0] == "patient," + ",".join(genes)
    called = np.array([line.split(",")[1:] for line in first[1:]])
    assert ((called == "on") & ~active).sum() <= 2
    assert (called == "on").sum() >= 30


def test_that_an_array_read_from_its_spots_is_called_by_its_negative_spots(tmp_path: Path) -> None:
    lines = ["sample,spot,signal"]
    for sample, egfr, met in (("P1", (5000, 5200), (108, 104)), ("P2", (110, 101), (9000, 8800)),
                              ("P3", (2000, 9000), (7000, 7100))):
        lines += [f"{sample},Reference,30000"] * 2 + [f"{sample},Negative,{value}" for value in (95, 100, 105, 100)]
        lines += [f"{sample},EGF R,{value}" for value in egfr] + [f"{sample},HGF R,{value}" for value in met]
    (tmp_path / "array.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text('''format = 1
name = "Array"
[[dataset]]
name = "tumours"
role = "activation"
[dataset.array]
file = "array.csv"
sample = "sample"
label = "spot"
signal = "signal"
reference = ["Reference"]
negative = ["Negative"]
[[analysis]]
kind = "activation"
parameters = { method = "phospho call" }
''', encoding="utf-8")
    run = run_study(tmp_path / "study.toml", tmp_path / "out", JobContext())
    assert not run.failed, [problem.line() for problem in run.problems]
    calls = run.results[0].table("calls").columns
    assert calls["EGFR"][:2] == ["on", "off"]
    assert calls["EGFR"][2] != "on"  # the duplicates of P3 differ too much
    assert calls["MET"] == ["off", "on", "on"]
    assert set(run.results[0].table("evidence").columns["firm"]) == {None}
