"""The bundled panel of breast cancer lines (HMS LINCS) as a data set that a study can take in.

Not for: what the panel says, or other examples.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.project.project import with_dataset

if TYPE_CHECKING:
    from core.data.dataset import DatasetSpec
    from core.project.project import Project

ROLE = "cell_lines"


def bundled_spec(folder: Path) -> DatasetSpec:
    """The data set of the panel, as the study file beside it states it. Raises UserError, LookupError."""
    from core.project.open_study import project_of_study

    study = project_of_study(folder / "hms_lines" / "study.toml").study
    return next(spec for spec in study.datasets if spec.role == ROLE)


def with_bundled_lines(project: Project, folder: Path) -> Project:
    """The project with the panel as one more data set, under a name that no other has."""
    from dataclasses import replace

    spec = bundled_spec(folder)
    taken = {each.name for each in project.study.datasets}
    number, name = 2, spec.name
    while name in taken:
        name, number = f"{spec.name} {number}", number + 1
    return with_dataset(project, replace(spec, name=name))
