"""How often the corrected P of the response analysis calls null data: 2,000 sets for each row of the documentation.

``python tests/response_calibration.py --sets 2000`` prints the tables of the section "Response" in
docs/resistance-calibration.md. Not for: the short version, which is in test_logistic.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.statistics.logistic_permutation import max_t_response
from tests.paired_calibration import _interval

PERMUTATIONS = 199
Floats = NDArray[np.float64]

ROWS = (
    ("60 patients, 24 respond, 58 receptors that go together", 60, 0.4, 0.0, False),
    ("18 patients, 11 respond, 58 receptors that go together", 18, 0.61, 0.0, False),
    ("60 patients, a tenth of the values missing", 60, 0.4, 0.1, False),
    ("60 patients, adjusted for a covariate that goes with response and receptors", 60, 0.4, 0.0, True),
)


def called(seed: int, data_set: int, n: int, share: float, missing: float, adjusted: bool) -> bool:
    """Whether any of 58 receptors has a corrected P of at most 0.05 in one null set."""
    random = np.random.default_rng([seed, data_set])
    family = random.normal(size=(n, 6))
    x: Floats = 0.7 * family[:, np.arange(58) % 6] + 0.7 * random.normal(size=(n, 58))
    chance = np.full(n, share)
    beside = None
    if adjusted:
        beside = random.normal(size=(n, 1))
        x += 0.5 * beside
        chance = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + 1.2 * beside[:, 0])))
    responded = random.random(n) < chance
    if responded.all() or not responded.any():
        responded[:2] = (True, False)
    if missing:
        x[random.random(x.shape) < missing] = np.nan
    found = max_t_response(responded, x, PERMUTATIONS, seed * 1_000_003 + data_set, covariates=beside).p_maxt
    return bool(np.nanmin(found) <= 0.05)


def planted(seed: int, sets: int, n: int, shift: float) -> tuple[float, float]:
    """Share of 5 planted receptors (of 58) that hold, and how many of the 53 others hold in a study."""
    held, others = 0, 0
    for data_set in range(sets):
        random = np.random.default_rng([seed, 9, data_set])
        responded = np.arange(n) % 2 == 0
        x = random.normal(size=(n, 58))
        x[responded, :5] += shift
        p = max_t_response(responded, x, PERMUTATIONS, data_set).p_maxt
        held, others = held + int((p[:5] <= 0.05).sum()), others + int((p[5:] <= 0.05).sum())
    return held / (5 * sets), others / sets


def main() -> None:
    """Print the tables of the documentation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for words, n, share, missing, adjusted in ROWS:
        count = sum(called(asked.seed, number, n, share, missing, adjusted) for number in range(asked.sets))
        print(f"| {words} | 4 to 6 % | {asked.sets:,} | {100 * count / asked.sets:.1f} % | "
              f"{_interval(count, asked.sets)} |", flush=True)
    for n, shift in ((20, 1.5), (40, 1.0), (40, 1.5), (100, 1.0)):
        held, others = planted(asked.seed, 200, n, shift)
        print(f"| {n} | {shift:g} SD | {100 * held:.0f}% | {others:.2f} |", flush=True)


if __name__ == "__main__":
    main()
