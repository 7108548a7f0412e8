"""Which receptor was switched on or off in which patient: a column per patient, a row per receptor, HER2 on top.

Not for: calling switches; the states arrive finished.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.figures.number_words import counted, list_words
from core.figures.spec import Axis, FigureSpec, KeyEntry, Panel, StateTiles, TextColumn

ROW_MM, LEAST_ROW_MM, PAGE_MM = 4.2, 2.6, 245.0
COLUMN_MM, NARROWEST_MM, WIDEST_MM = 5.0, 89.0, 180.0
MOST_NAMES = 60
SWITCHES = ("up", "down", "switched on", "switched off")
HER2_ROW = "HER2 after"
STATE_WORDS = {
    "up": "switched up", "down": "switched down", "switched on": "switched on", "switched off": "switched off",
    "stays on": "stays on", "stays off": "stays off",
    "unchanged": "unchanged", "unknown": "unknown", "not measured": "not measured", "on": "on", "off": "off",
    "HER2 kept": "HER2 kept", "HER2 lost": "HER2 lost", "HER2 gained": "HER2 gained"}


def switch_map(receptors: Sequence[str], patients: Sequence[str], states: Sequence[Sequence[str]],
               her2: Sequence[str], totals: Sequence[str], *, rule_words: str, pairs_words: str,
               bold: Sequence[bool] = (), left_out: Sequence[str] = (), badge: str = "") -> FigureSpec:
    """The map.

    Parameters
    ----------
    states : one row per receptor
        Keys of STATE_LOOKS, one per patient.
    her2 : sequence of str
        "HER2 kept", "HER2 lost", "HER2 gained", "unknown" or "not measured" per patient; empty for no such row.
    totals : sequence of str
        Of each receptor: "15 up, 0 down".
    rule_words : str
        When a receptor counts as switched.
    bold : sequence of bool
        Receptors that hold after correction.
    left_out : sequence of str
        Receptors measured and not drawn because nothing switched.
    """
    rows = ((tuple(her2),) if her2 else ()) + tuple(tuple(row) for row in states)
    switched = sum(state in SWITCHES for row in states for state in row)
    return state_map(
        ([HER2_ROW] if her2 else []) + list(receptors), patients, rows, ([""] if her2 else []) + list(totals),
        name="switch_map", title="Switch map", what=f"{counted(len(receptors), 'receptor')} in {pairs_words}",
        remark=f"\u25b2 up, \u25bc down: {rule_words.split('. ')[0].rstrip('.').removeprefix('Switched: ')}",
        bold=([False] if her2 else []) + list(bold or [False] * len(receptors)),
        alt_words=f"{counted(switched, 'switch', 'switches')} in all. {rule_words}",
        caption=(f"Switches of {counted(len(receptors), 'receptor')} in {pairs_words}, a column per patient. "
                 f"{rule_words} Bold: receptors that hold after correction. No test was made of switches."
                 + (f" Not drawn, as nothing switched: {list_words(list(left_out))}." if left_out else "")),
        badge=badge)


def state_map(names: Sequence[str], patients: Sequence[str], states: Sequence[Sequence[str]], totals: Sequence[str], *,
              name: str, title: str, what: str, alt_words: str, caption: str, bold: Sequence[bool] = (),
              texts: Sequence[Sequence[str]] = (), remark: str = "", badge: str = "") -> FigureSpec:
    """Any map of states: rows of names, a column per patient, totals at the right, a key of the states that occur."""
    rows = tuple(tuple(row) for row in states)
    places = tuple(row + 0.5 for row in range(len(names)))
    named = tuple(patients) if len(patients) <= MOST_NAMES else ()
    found = dict.fromkeys(state for row in rows for state in row)
    key = tuple(KeyEntry(words, "", "patch", state=state) for state, words in STATE_WORDS.items() if state in found)
    row_mm = min(ROW_MM, max(LEAST_ROW_MM, 180.0 / max(len(names), 1)))
    ids_mm = 12.0 if named and max(map(len, named)) > 2 else 4.0
    return FigureSpec(
        name=name, title=f"{title}: {what}",
        rows=((Panel(
            x=Axis("", visible=bool(named)), y=Axis("", visible=False),
            marks=(StateTiles(rows, tuple(names), named, tuple(tuple(row) for row in texts), tuple(patients)),),
            title=title, remark=remark,
            columns=(TextColumn("", tuple(names), places, "left", "right", bold=tuple(bold), width_mm=24.0,
                                roles=tuple("her2" if "HER2" in one or one == "ERBB2" else "text" for one in names)),
                     TextColumn("", tuple(totals), places, "right", "right", width_mm=26.0,
                                roles=("text2",) * len(names))),
            key=key),),),
        alt_text=f"{title} of {what}. {alt_words} {' '.join(_row_words(names, totals))}".strip(),
        caption=caption,
        data={name: {"patient": tuple(patients),
                     **{row_name: rows[place] for place, row_name in enumerate(names)}}},
        width_mm=min(WIDEST_MM, max(NARROWEST_MM, 52.0 + COLUMN_MM * len(patients))),
        height_mm=min(PAGE_MM, 20.0 + ids_mm + row_mm * max(len(names), 2)), badge=badge)


def _row_words(names: Sequence[str], totals: Sequence[str]) -> list[str]:
    return [f"{name}: {total}." for name, total in zip(names, totals, strict=True) if total][:8]
