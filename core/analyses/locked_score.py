"""A score of receptors that was locked before it met the patients it is tested in, and its value in a cohort.

A lock holds everything that decides the score: receptors, signs, kind of score, cut. Its seal is the sha256 of these,
so that a change after sealing shows. Not for: finding the receptors (rtk_subset) or testing the score (validation).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.receptors import choose_receptors
from core.data.patients.cohort import Cohort
from core.data.tables import ExpressionMatrix
from core.figures.number_words import counted, list_words
from core.problems import Location, Problem, UserError, user_error, warning

FloatArray = NDArray[np.float64]
SCORES = ("mean z", "signed mean z", "median split")
SCALING = "z within the cohort, n - 1"
"""The one scaling rule there is; it is part of what is sealed."""
FEWEST = (2, 3)
"""At least two of three receptors of the lock must be there."""
MOST_MISSING = 0.1
"""A receptor without a value in more than this share of the patients is left out whole, by name."""


@dataclass(frozen=True)
class Lock:
    """A locked score.

    Parameters
    ----------
    receptors : tuple of str
        Approved symbols.
    signs : tuple of int
        1 or -1 per receptor; every one enters with +1 where none are given.
    score : str
        One of SCORES: the mean of the receptors' z, the mean with the signs, or the mean z split at the median.
    cut_sd : float
        High is above this, in SD of the score within the cohort (mean 0). "median split" takes the median instead.
    source, made_at, found_in : str
        The analysis it comes from, when it was made (ISO 8601 with offset), and the cohort in which it was found.
    sha256 : str
        The seal; made where none is given. ``is_intact`` says whether it fits.
    """

    name: str
    receptors: tuple[str, ...]
    signs: tuple[int, ...] = ()
    score: str = "mean z"
    cut_sd: float = 0.0
    source: str = ""
    made_at: str = ""
    found_in: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.signs:
            object.__setattr__(self, "signs", (1,) * len(self.receptors))
        if not self.sha256:
            object.__setattr__(self, "sha256", self.digest())

    def digest(self) -> str:
        """sha256 (hex) of the canonical JSON of everything but ``made_at`` and the seal itself."""
        content = {"name": self.name, "receptors": list(self.receptors), "signs": [int(sign) for sign in self.signs],
                   "score": self.score, "cut_sd": float(self.cut_sd), "scaling": SCALING, "source": self.source,
                   "found_in": self.found_in}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @property
    def is_intact(self) -> bool:
        """True where the content is what was sealed."""
        return self.sha256 == self.digest()

    def words(self) -> str:
        """``EGFR + IGF1R − KIT``: the receptors with their signs."""
        parts = [f"{'+' if sign > 0 else '−'} {receptor}" for receptor, sign in zip(self.receptors, self.signs)]
        return " ".join(parts).removeprefix("+ ")


@dataclass(frozen=True, eq=False)
class LockedScore:
    """A lock's score in one cohort.

    Attributes
    ----------
    rows : ndarray of int, shape (n_scored,)
        Into ``cohort.patients``: those with a value of every receptor used.
    values : ndarray of float, shape (n_scored,)
        Mean z, mean 0 and SD 1 (n - 1) within the cohort.
    high : ndarray of bool, shape (n_scored,)
    cut : float
        High is above it, on the scale of ``values``.
    receptors, missing : tuple of str
        Used; and of the lock, but not in the table, without spread, or missing in too many patients.
    left_out : tuple of str
        Patients without a value of a receptor used.
    """

    rows: NDArray[np.intp]
    values: FloatArray
    high: NDArray[np.bool_]
    cut: float
    receptors: tuple[str, ...]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


def score_in(lock: Lock, cohort: Cohort, measure: str = "") -> LockedScore:
    """The score of the lock in a cohort: z within its patients, averaged, brought to SD 1, cut by the lock's rule.

    A receptor without a value in more than 10 % of the patients is left out by name, then patients without a value of
    one that is left.

    Raises
    ------
    UserError
        "too_few_receptors" where under two thirds of the lock's receptors can be used, "flat_score" where all
        patients have one score, "no_such_measure".
    """
    matrix = _matrix(cohort, measure)
    genes, signs, missing = _usable(lock, cohort, matrix)
    place = matrix.place
    if not genes or FEWEST[1] * len(genes) < FEWEST[0] * len(lock.receptors):
        raise user_error(
            "too_few_receptors", f"only {len(genes)} of {counted(len(lock.receptors), 'receptor')} of “{lock.name}” "
            f"can be used in the cohort “{cohort.name}”; {list_words(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing", place,
            why="Under two thirds of its receptors the score is another score.",
            remedy="test it in a cohort whose table has them", answer_key="cohorts")
    values = matrix.take(cohort.patients, genes)
    whole = np.isfinite(values).all(axis=1)
    rows = np.flatnonzero(whole)
    if rows.size < 2 or (np.ptp(values[rows], axis=0) == 0).any():
        raise _flat(lock, cohort, place)
    raw = z_columns(values[rows]) @ np.array(signs, dtype=np.float64) / len(genes)
    spread = float(raw.std(ddof=1))
    if not spread > 1e-12:
        raise _flat(lock, cohort, place)
    score = (raw - raw.mean()) / spread
    cut = float(np.median(score)) if lock.score == "median split" else float(lock.cut_sd)
    left_out = tuple(cohort.patients[row] for row in np.flatnonzero(~whole))
    return LockedScore(rows, score, score > cut, cut, genes, missing, left_out,
                       _warnings(lock, cohort, genes, missing, left_out, place))


def z_columns(values: FloatArray) -> FloatArray:
    """Columns of complete values with mean 0 and SD 1 (n - 1)."""
    centred = values - values.mean(axis=0)
    z: FloatArray = centred / np.sqrt((centred * centred).sum(axis=0) / (len(values) - 1))
    return z


def usable_genes(values: FloatArray) -> NDArray[np.bool_]:
    """Columns that have a spread and a value in at least 90 % of the patients."""
    known = np.isfinite(values)
    enough = (~known).mean(axis=0) <= MOST_MISSING if len(values) else np.zeros(values.shape[1], dtype=bool)
    varies = np.array([np.ptp(column[there]) > 0 if there.any() else False
                       for column, there in zip(values.T, known.T)], dtype=bool)
    usable: NDArray[np.bool_] = enough & varies
    return usable


def changed_lock(lock: Lock, place: Location) -> UserError | None:
    """The refusal of a lock that is not what was sealed; None where it is."""
    if lock.is_intact:
        return None
    return user_error("lock_changed", f"the lock “{lock.name}” was changed after it was sealed", place,
                      why=f"Its content gives the seal {lock.digest()[:12]}…, not {lock.sha256[:12] or 'none'}….",
                      remedy="take the lock from an unchanged copy of the study, or remove it and lock again",
                      answer_key="sha256")


def _matrix(cohort: Cohort, measure: str) -> ExpressionMatrix:
    fitting = [matrix for matrix in cohort.expression if measure in ("", matrix.measure)]
    if fitting:
        return fitting[0]
    raise user_error("no_such_measure", f"the cohort “{cohort.name}” has no expression table of the measure "
                     f"“{measure}”", cohort.expression[0].place, remedy="choose another measure", answer_key="measure")


def _usable(lock: Lock, cohort: Cohort,
            matrix: ExpressionMatrix) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Genes of the table that stand for receptors of the lock, their signs, and the receptors that cannot be used."""
    genes: list[str] = []
    signs: list[int] = []
    missing: list[str] = []
    for receptor, sign in zip(lock.receptors, lock.signs):
        try:
            gene = choose_receptors(matrix, (receptor,))[0][0]
        except UserError:
            missing.append(receptor)
            continue
        if not usable_genes(matrix.take(cohort.patients, (gene,)))[0] or gene in genes:
            missing.append(receptor)
            continue
        genes.append(gene)
        signs.append(sign if lock.score == "signed mean z" else 1)
    return tuple(genes), tuple(signs), tuple(missing)


def _flat(lock: Lock, cohort: Cohort, place: Location) -> UserError:
    return user_error("flat_score", f"the score of “{lock.name}” is the same in all patients of “{cohort.name}”",
                      place, why="A score that does not vary cannot go with anything.",
                      remedy="test it in a cohort with more patients")


def _warnings(lock: Lock, cohort: Cohort, genes: tuple[str, ...], missing: tuple[str, ...],
              left_out: tuple[str, ...], place: Location) -> tuple[Problem, ...]:
    found = []
    if missing:
        found.append(warning(
            "receptors_missing", f"the score of “{lock.name}” in “{cohort.name}” is made of {len(genes)} of its "
            f"{len(lock.receptors)} receptors: {list_words(missing)} {'is' if len(missing) == 1 else 'are'} not in the "
            "table, constant, or missing in more than 10 % of the patients", place,
            why="It is nearly, not exactly, the score that was locked.", remedy="say so beside the result"))
    if left_out:
        first = ", ".join(left_out[:5]) + (", …" if len(left_out) > 5 else "")
        found.append(warning(
            "values_missing", f"{counted(len(left_out), 'patient')} of “{cohort.name}” without a value of one of the "
            f"receptors of “{lock.name}” {'was' if len(left_out) == 1 else 'were'} left out: {first}", place,
            remedy="nothing to do; n counts the others"))
    return tuple(found)
