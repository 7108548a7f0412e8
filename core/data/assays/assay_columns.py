"""The names by which the columns of assay tables are known when the study does not state them.

Not for: tables of samples by genes (sheets/expression_layout.py), or names that could mean two things: those are asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.data.assays.assay_spec import ARRAY, BLOT, IHC, PLATE


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PERSON = _words(r"(patient|pt|pat|subject|case|participant|donor)[ ._-]*(id|no\.?|nr\.?|number|code|identifier|#)?")
_TIME = _words(r"time[ ._-]*point|visit|timing|biopsy[ ._-]*time|pre[ ./_-]*post|before[ ./_-]*after")
_SAMPLE = _words(r"(sample|specimen|biopsy|block|condition|cell[ ._-]*line|line)[ ._-]*(id|name|no\.?|nr\.?|code)?")
_REPLICATE = _words(r"(bio(logical)?[ ._-]*)?(rep(licate)?|experiment|exp)[ ._-]*(id|no\.?|nr\.?|#)?|n[ ._-]*exp")


def _percent(grade: str) -> re.Pattern[str]:
    """``%1+``, ``% 1+``, ``1+ (%)``, ``percent_1``, ``pct 1+``; words such as ``% weak`` too."""
    word = {"0": "neg(ative)?|unstained|none", "1": "weak|low", "2": "moderate|intermediate|medium",
            "3": "strong|high"}[grade]
    intensity = rf"({grade}\s?\+?|{word})"
    return _words(rf"(%|percent(age)?|pct\.?|perc\.?)[ ._-]*(of[ ._-]*)?(cells[ ._-]*)?\(?{intensity}\)?( cells)?"
                  rf"|{intensity}[ ._-]*(cells[ ._-]*)?\(?(%|percent|pct)\)?")


DETECTED: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    IHC: {
        "sample": _SAMPLE, "patient": _PERSON, "time_point": _TIME,
        "antibody": _words(r"antibod(y|ies)|marker|target|receptor|protein|stain(ing)?|ab"),
        "percent_0": _percent("0"), "percent_1": _percent("1"), "percent_2": _percent("2"), "percent_3": _percent("3"),
        "h_score": _words(r"(h|histo)[ ._-]*score.*"),
        "allred": _words(r"(allred|quick)([ ._-]*(total|score))*.*"),
        "proportion": _words(r"proportion([ ._-]*score)?|ps"),
        "intensity": _words(r"(staining[ ._-]*)?intensity([ ._-]*score)?|is"),
        "positive_percent": _words(r"(%|percent|pct\.?)[ ._-]*(cells[ ._-]*)?(positive|pos\.?)([ ._-]*cells)?"
                                   r"|positive([ ._-]*cells)?[ ._-]*\(?(%|percent)\)?"),
        "category": _words(r"(ihc[ ._-]*)?(0[ ./_-]*(to[ ._-]*)?3\s?\+?|category)([ ._-]*score)?"
                           r"|.*\(?\b0\s?(-|–|to)\s?3\s?\+?\)?"),
        "irs": _words(r"irs([ ._-]*score)?|immuno-?reactive?[ ._-]*(remmele[ ._-]*)?score.*|remmele.*"),
        "scorer": _words(r"scorer|reader|observer|pathologist|scored[ ._-]*by|rater"),
        "core": _words(r"(tma[ ._-]*)?(core|spot)[ ._-]*(id|no\.?|nr\.?|number|#)?"),
        "clone": _words(r"clone([ ._-]*(id|name))?"),
        "compartment": _words(r"compartment|localisation|localization|subcellular.*"),
        "ish": _words(r"(her2[ ._-]*)?(d?ish|fish|sish|cish)([ ._-]*(ratio|status|result))?|her2[ ._/-]*cep17.*"),
    },
    ARRAY: {
        "sample": _SAMPLE, "patient": _PERSON, "time_point": _TIME,
        "label": _words(r"(receptor|kinase|rtk|target|analyte|protein|spot|antibody|control)[ ._/-]*"
                        r"(receptor|label|name|control)?|label|name"),
        "coordinate": _words(r"coord(inate)?s?|(array[ ._-]*)?position|well|location"),
        "background": _words(r"(local[ ._-]*)?(background|bkg|bg)([ ._-]*(signal|density|mean))?"),
        "exposure": _words(r"exp(osure)?([ ._-]*time)?[ ._-]*(\((s|sec|min)\)|min|sec)?"),
        "spot_type": _words(r"(spot|control)[ ._-]*type|type"),
        "replicate": _words(r"(bio(logical)?[ ._-]*)?rep(licate)?|experiment|membrane([ ._-]*(id|no\.?|nr\.?|#))?"),
        "signal": _words(r"(mean[ ._-]*)?(pixel[ ._-]*)?(signal|density|intensity|volume)([ ._-]*(mean|membrane.*))?.*"
                         r"|membrane[ ._-]*\w+([ ._-]*(density|signal))?"),
    },
    BLOT: {
        "sample": _SAMPLE, "patient": _PERSON, "time_point": _TIME, "lane": _words(r"lane([ ._-]*(no\.?|nr\.?|#))?"),
        "replicate": _words(r"(bio(logical)?[ ._-]*)?(rep(licate)?|experiment|exp|blot|membrane|gel)"
                            r"[ ._-]*(id|no\.?|nr\.?|#)?"),
        "loading": _words(r"(β|b|beta|alpha|α|a)?[ ._-]*(actin|tubulin)|gapdh|vinculin|ponceau.*|hsp90"
                          r"|total[ ._-]*protein"),
    },
    PLATE: {
        "sample": _words(_SAMPLE.pattern + r"|content"), "patient": _PERSON, "time_point": _TIME,
        "target": _words(r"(target|gene|assay|detector|analyte|marker)([ ._-]*(name|symbol))?"),
        "cq": _words(r"c[tqp]([ ._-]*(value|mean))?|c[ ._-]?\(?t\)?|quantification[ ._-]*cycle"),
        "signal": _words(r"signal|od(450)?|absorbance|rfu|rlu|fluorescence|intensity|concentration.*"),
        "replicate": _REPLICATE, "well": _words(r"well([ ._-]*(position|name))?"),
    },
}
"""For each kind, the names that a key's column has; a name that fits is taken, and said."""

UNSPECIFIC_SCORE = _words(r"((ihc|staining|her2)[ ._-]*)?(score|result|value)|ihc")
"""The name of a column of scores that does not say which score: its values tell, or the user does."""
