"""The stored rules of a cohort: which values of which column, or of which receptor, a patient must have.

Not for: applying them; that is evaluate_cohort.py.
"""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | bool


@dataclass(frozen=True)
class KeepRule:
    """One condition on one clinical column or one receptor; all operators that are set must hold.

    ``missing``: True alone keeps only patients without a value; True beside another operator lets them pass too;
    False keeps only patients with a value; None leaves those without a value out when another operator is set.
    ``upper_group``: for a receptor only: the upper of the two groups of its expression in the whole data set.
    """

    column: str = ""
    receptor: str = ""
    included: tuple[Value, ...] | None = None
    excluded: tuple[Value, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    missing: bool | None = None
    upper_group: bool = False

    @property
    def subject(self) -> str:
        return self.column or self.receptor

    def words(self) -> str:
        """The rule as a person would say it: ``her2_status is Positive``."""
        parts = []
        if self.included is not None:
            parts.append("is " + " or ".join(map(_shown, self.included)))
        if self.excluded is not None:
            parts.append("is not " + " nor ".join(map(_shown, self.excluded)))
        if self.minimum is not None:
            parts.append(f"is at least {self.minimum:g}")
        if self.maximum is not None:
            parts.append(f"is at most {self.maximum:g}")
        if self.upper_group:
            parts.append("lies in the upper of its two expression groups")
        if self.missing is not None:
            only = not parts
            if self.missing:
                parts.append("is missing" if only else "or is missing")
            else:
                parts.append("is known" if only else "and is known")
        joined = " and ".join(part for part in parts if not part.startswith(("or ", "and ")))
        return " ".join([self.subject, joined, *(part for part in parts if part.startswith(("or ", "and ")))])


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class CohortRule:
    """A named choice of patients of one data set. ``follow_up_max`` is in the unit of the endpoint it is used with."""

    name: str
    dataset: str
    keep: tuple[KeepRule, ...] = ()
    follow_up_max: float | None = None
