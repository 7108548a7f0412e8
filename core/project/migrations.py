"""Project documents of earlier formats made into one of today's, step by step.

A migration is a function from one dict to the next; ``MIGRATIONS[n]`` makes format n + 1 out of format n. Adding a
field with a default needs none: an absent key is the default, and an older RTKscope refuses a key that it does not
know. Not for: study files, which people write and which have a format of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.problems import Location, user_error
from core.project.project_document import damaged_document

PROJECT_FORMAT = 1
Document = dict[str, Any]
MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {}


def migrated(document: Document, place: Location) -> Document:
    """The document in the format of this version; the one given is left as it is.

    Raises
    ------
    UserError
        "newer_format", or "damaged_project" where the number is none.
    """
    stated = document.get("format")
    if type(stated) is not int or stated < 1:
        raise damaged_document(place, "it does not say its format")
    if stated > PROJECT_FORMAT:
        raise user_error("newer_format", f"this study was made by a newer RTKscope (format {stated}, this one reads "
                         f"{PROJECT_FORMAT}). Nothing was changed", place, remedy="open it with the newer version")
    for number in range(stated, PROJECT_FORMAT):
        document = MIGRATIONS[number](document) | {"format": number + 1}
    return document
