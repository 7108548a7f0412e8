"""Immunoblots and plates: ratios, loading, several blots; qPCR with reference genes and calibrator; blank wells.

Not for: which lines differ (the analyses).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.problems import Severity
from tests.assay_files import codes, fates, load, said, value

BLOT = """Lane,Sample,Blot,pHER2,HER2,pAKT,AKT,actin
1,SKBR3,b1,100,200,50,100,1000
2,SKBR3-R,b1,400,200,200,100,500
3,SKBR3,b2,1000,2000,500,1000,1000
4,SKBR3-R,b2,4000,2000,cropped,1000,500
"""


def blot(folder: Path, text: str = BLOT, keys: str = "", below: str = "") -> Dataset:
    (folder / "blot.csv").write_text(text, encoding="utf-8")
    return load(folder, f'blot = {{ file = "blot.csv"{keys} }}\n{below}', role="cell_lines")


def qpcr_text(undetermined: str = "Undetermined") -> str:
    """IGF1R rises four-fold in the resistant line, EGFR stays; the second experiment runs 0.3 cycles later throughout."""
    rows, well = ["Well,Sample,Target,Cq,Experiment"], 1
    for experiment, later in (("1", 0.0), ("2", 0.3)):
        for sample, shift in (("SKBR3", 0.0), ("SKBR3-R", -2.0)):
            for target, cycle in (("GAPDH", 18.0), ("IGF1R", 26.0 + shift), ("EGFR", 24.0)):
                for spread in (-0.05, 0.05):
                    rows.append(f"A{well},{sample},{target},{cycle + later + spread:.2f},{experiment}")
                    well += 1
        rows += [f"H1,SKBR3,ROR1,{undetermined},{experiment}", f"H2,SKBR3-R,ROR1,35,{experiment}",
                 f"H5,NTC,IGF1R,33,{experiment}"]
    return "\n".join(rows) + "\n"


def plate(folder: Path, text: str, keys: str = "") -> Dataset:
    (folder / "plate.csv").write_text(text, encoding="utf-8")
    return load(folder, f'plate = {{ file = "plate.csv"{keys} }}', role="cell_lines")


def test_that_phospho_is_divided_by_total_and_total_by_loading(tmp_path: Path) -> None:
    dataset = blot(tmp_path, BLOT.split("3,SKBR3")[0])
    assert value(dataset, "SKBR3", "ERBB2", "phospho") == pytest.approx(np.log2(100 / 200))
    assert value(dataset, "SKBR3-R", "ERBB2", "phospho") == pytest.approx(np.log2(2))
    assert value(dataset, "SKBR3-R", "ERBB2", "total") == pytest.approx(np.log2(200 / 500))
    assert {str(matrix.scale) for matrix in dataset.expression} == {"log ratio"}


def test_that_one_blot_is_no_replicate(tmp_path: Path) -> None:
    dataset = blot(tmp_path, BLOT.split("3,SKBR3")[0])
    words = [problem.what for problem in dataset.findings if problem.code == "one_blot"]
    assert words == [f"every sample is on one blot ({measure}): values are shown, and no P is computed between two samples"
                     for measure in ("phospho", "total")]
    assert dataset.assays[0].n_replicates("phospho") == 1


def test_that_blots_are_averaged_and_counted(tmp_path: Path) -> None:
    dataset = blot(tmp_path)
    assert value(dataset, "SKBR3-R", "ERBB2", "phospho") - value(dataset, "SKBR3", "ERBB2", "phospho") == pytest.approx(2)
    assert dict(dataset.assays[0].replicates["phospho"]) == {"SKBR3": 2, "SKBR3-R": 2}
    assert [problem.what for problem in dataset.findings if problem.code == "blots_averaged"] == [
        "phospho: 2 blots of each of 2 samples were averaged", "total: 2 blots of each of 2 samples were averaged"]


def test_that_films_of_different_exposure_do_not_move_a_sample_that_is_on_one_of_them(tmp_path: Path) -> None:
    """BT474 is on the bright film only: levelled by the shared SKBR3, it keeps its distance to it."""
    text = "Sample,Blot,pHER2,HER2,actin\nSKBR3,b1,100,100,1\nSKBR3,b2,800,100,1\nBT474,b2,1600,100,1\n"
    dataset = blot(tmp_path, text)
    assert value(dataset, "BT474", "ERBB2", "phospho") - value(dataset, "SKBR3", "ERBB2", "phospho") == pytest.approx(1)
    assert "blots_levelled" in codes(dataset)


def test_that_blots_without_a_shared_sample_are_said(tmp_path: Path) -> None:
    dataset = blot(tmp_path, "Sample,Blot,pHER2,HER2,actin\nSKBR3,b1,100,100,1\nBT474,b2,1600,100,1\n")
    assert said(dataset, "blots_share_nothing").what == "2 blots share no sample; they stay on their own levels"


def test_that_a_control_on_each_blot_gives_fold_changes(tmp_path: Path) -> None:
    dataset = blot(tmp_path, keys=', control = "SKBR3"')
    assert value(dataset, "SKBR3-R", "ERBB2", "phospho") == pytest.approx(2)
    assert value(dataset, "SKBR3", "ERBB2", "phospho") == 0


def test_that_a_cropped_lane_is_missing_and_named_once(tmp_path: Path) -> None:
    dataset = blot(tmp_path)
    assert said(dataset, "band_without_density").line() == (
        "blot.csv › F5 › SKBR3-R: “cropped” is no density of pAKT; its ratios are missing; fill in the cell if the band was "
        "measured")


def test_that_a_band_of_0_has_no_ratio(tmp_path: Path) -> None:
    dataset = blot(tmp_path, "Sample,pHER2,HER2,actin\nA,0,100,10\nB,50,100,10\n")
    assert said(dataset, "band_without_density").what == ("the band of pHER2 is 0, which has no logarithm; its ratios are "
                                                          "missing")
    assert dataset.expression[0].samples == ("B",)


def test_that_phospho_without_total_and_a_missing_loading_are_said(tmp_path: Path) -> None:
    dataset = blot(tmp_path, "Sample,pHER2,EGFR\nA,10,100\nB,50,100\n")
    assert said(dataset, "phospho_without_total").what == "pHER2 has no column of total protein and is divided by nothing"
    assert said(dataset, "no_loading").answer_key == "loading"


def test_that_erk_is_asked_and_answered(tmp_path: Path) -> None:
    text = "Sample,pERK,ERK,pHER2,HER2,actin\nA,10,20,5,10,1\nB,40,20,5,10,1\n"
    dataset = blot(tmp_path, text)
    assert [problem.what for problem in dataset.findings if problem.code == "gene_name_ambiguous"] == [
        "pERK can mean EPHB2 or MAPK1; the row is left out", "ERK can mean EPHB2 or MAPK1; the row is left out"]
    assert all("EPHB2" not in matrix.genes for matrix in dataset.expression)
    answered = blot(tmp_path, text, ', pairs = { pERK = "ERK" }',
                    '[dataset.answers]\ngenes.pERK = "MAPK1"\ngenes.ERK = "MAPK1"')
    assert value(answered, "B", "MAPK1", "phospho") == pytest.approx(1)


def test_that_a_pair_that_names_no_column_is_refused(tmp_path: Path) -> None:
    dataset = blot(tmp_path, keys=', pairs = { pHER2 = "HER" }')
    assert said(dataset, "no_column").line() == "blot.csv: there is no column “HER”; did you mean “HER2”?"


def test_that_cycles_become_minus_ddct_per_experiment(tmp_path: Path) -> None:
    dataset = plate(tmp_path, qpcr_text(), ', calibrator = "SKBR3"')
    matrix = dataset.expression[0]
    assert (matrix.measure, str(matrix.scale)) == ("mRNA", "log ratio")
    assert value(dataset, "SKBR3-R", "IGF1R") == pytest.approx(2)
    assert value(dataset, "SKBR3-R", "EGFR") == pytest.approx(0)
    assert value(dataset, "SKBR3", "IGF1R") == pytest.approx(0)
    assert dict(dataset.assays[0].replicates["mRNA"]) == {"SKBR3": 2, "SKBR3-R": 2}
    assert said(dataset, "wells_averaged").what == ("wells were averaged per experiment: 2 of each of 2 samples; wells are "
                                                    "no replicates")
    assert said(dataset, "reference_genes").what == "reference genes: GAPDH"


def test_that_undetermined_is_below_the_limit_not_nought(tmp_path: Path) -> None:
    missing = plate(tmp_path, qpcr_text(), ', calibrator = "SKBR3-R"')
    problem = next(each for each in missing.findings if each.code == "below_limit")
    assert problem.line() == (
        "plate.csv › D14 › SKBR3: ROR1 of SKBR3 did not amplify: it is below the limit of detection, and its value counts as "
        "missing; state cycles = 40, the last cycle of the run, to use that limit")
    assert np.isnan(value(missing, "SKBR3", "ROR1"))
    at_limit = plate(tmp_path, qpcr_text(), ', calibrator = "SKBR3-R", cycles = 40')
    assert value(at_limit, "SKBR3", "ROR1") == pytest.approx(-5)
    assert fates(at_limit)["D14"] == "below the limit of detection"
    typed = plate(tmp_path, qpcr_text(">40"), ', calibrator = "SKBR3-R"')
    assert value(typed, "SKBR3", "ROR1") == pytest.approx(-5)


def test_that_water_is_no_sample_and_speaks_where_it_amplifies(tmp_path: Path) -> None:
    dataset = plate(tmp_path, qpcr_text())
    assert "NTC" not in dataset.expression[0].samples
    assert said(dataset, "blank_amplified").line() == (
        "plate.csv › D16: 2 blank wells amplified before cycle 35 (first: IGF1R, 33); check primers and water")
    assert str(dataset.expression[0].scale) == "log2"


def test_that_wells_that_differ_are_named(tmp_path: Path) -> None:
    dataset = plate(tmp_path, qpcr_text().replace("A3,SKBR3,IGF1R,25.95", "A3,SKBR3,IGF1R,28.95"))
    assert said(dataset, "wells_differ").line() == (
        "plate.csv › D4 › SKBR3: the 2 wells of IGF1R in SKBR3 differ (SD 2.05 cycles); their mean is used; leave out a "
        "failed well in the file")


def test_that_without_a_reference_gene_nothing_is_computed(tmp_path: Path) -> None:
    text = qpcr_text().replace("GAPDH", "MYGENE")
    dataset = plate(tmp_path, text)
    assert said(dataset, "no_reference_gene").remedy == 'name them: reference = ["GAPDH"]'
    assert dataset.expression == ()
    stated = plate(tmp_path, text, ', reference = ["MyGene"], calibrator = "SKBR3"')
    assert value(stated, "SKBR3-R", "IGF1R") == pytest.approx(2)


def test_that_a_calibrator_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert said(plate(tmp_path, qpcr_text(), ', calibrator = "SKBR"'), "no_calibrator").line() == (
        "plate.csv: no sample with cycles is called “SKBR”; did you mean “SKBR3”?")


def test_that_a_sample_without_reference_wells_gives_no_value(tmp_path: Path) -> None:
    text = "\n".join(line for line in qpcr_text().splitlines() if not ("SKBR3-R,GAPDH" in line and line.endswith(",2")))
    dataset = plate(tmp_path, text + "\n", ', calibrator = "SKBR3"')
    assert said(dataset, "no_reference_wells").what == ("SKBR3-R (experiment 2) has no cycle of GAPDH; nothing is computed "
                                                        "there")
    assert dict(dataset.assays[0].replicates["mRNA"]) == {"SKBR3": 2, "SKBR3-R": 1}


def test_that_an_elisa_loses_its_blank_and_wells_are_one_value(tmp_path: Path) -> None:
    text = "Well;Sample;OD450\nA1;blank;0,05\nA2;blank;0,07\nB1;SKBR3;0,50\nB2;SKBR3;0,62\nC1;BT474;0,05\nD1;MCF7;1,06\n"
    dataset = plate(tmp_path, text, ', receptor = "HER2"')
    assert value(dataset, "SKBR3", "ERBB2") == pytest.approx(np.log2(0.5))
    assert value(dataset, "MCF7", "ERBB2") == pytest.approx(0)
    assert said(dataset, "not_above_blank").line() == (
        "plate.csv › C6 › BT474: HER2 of BT474 is not above the blank wells; its value is missing")
    assert said(dataset, "one_experiment").severity == Severity.WARNING
    assert dict(dataset.assays[0].parts) == {"SKBR3": 2, "MCF7": 1}
    assert dataset.expression[0].measure == "total"


def test_that_a_table_without_targets_is_asked(tmp_path: Path) -> None:
    dataset = plate(tmp_path, "Well,Sample,Cq\nA1,SKBR3,20\nA2,MCF7,21\n")
    assert said(dataset, "no_target").answer_key == "target"
