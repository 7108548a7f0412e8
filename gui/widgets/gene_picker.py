"""A field for one gene: symbols and aliases complete, and an alias of two genes lists both instead of guessing.

Not for: names in data files (core/data/genes judges whole columns of them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from core.data.genes.hgnc import claims_on, gene_names, squashed
from core.data.reference import rtk_symbols
from gui.widgets.labels import set_look

MOST = 40


@dataclass(frozen=True)
class GeneOffer:
    """One gene that fits what was typed; ``via`` is the alias that led to it, empty for its symbol."""

    symbol: str
    via: str = ""

    def words(self) -> str:
        """ "ERBB2 (HER2)"."""
        return f"{self.symbol} ({self.via})" if self.via else self.symbol


def offers_for(typed: str, symbols: Sequence[str]) -> tuple[GeneOffer, ...]:
    """The genes among ``symbols`` that a text can mean: by symbol, by alias, by the beginning of an RTK's name."""
    needle = typed.strip()
    if not needle:
        return tuple(GeneOffer(symbol) for symbol in symbols[:MOST])
    upper, squeezed = needle.upper(), squashed(needle)
    offered = {symbol.upper(): symbol for symbol in symbols}
    found: dict[str, GeneOffer] = {}
    if upper in offered:
        found[offered[upper]] = GeneOffer(offered[upper])
    claim = claims_on(needle)
    for symbol in claim.symbols:
        if symbol.upper() in offered and claim.how != "approved":
            found.setdefault(offered[symbol.upper()], GeneOffer(offered[symbol.upper()], needle))
    for key, symbol in offered.items():
        if key.startswith(upper):
            found.setdefault(symbol, GeneOffer(symbol))
    if len(squeezed) > 1:
        for name, claimants in gene_names().rtk.items():
            if name.startswith(squeezed):
                for symbol in claimants:
                    if symbol.upper() in offered:
                        found.setdefault(offered[symbol.upper()], GeneOffer(offered[symbol.upper()], name))
    return tuple(found.values())[:MOST]


class GenePicker(QLineEdit):
    """Type a symbol or an alias; ``picked`` speaks the approved symbol as it stands among ``symbols``."""

    picked = Signal(str)
    failed = Signal(str)
    """Why nothing was picked, as a sentence; empty when it is all right again."""

    def __init__(self, symbols: Sequence[str] = (), parent: QWidget | None = None, *, name: str = "Gene") -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText("Symbol or alias, such as HER2")
        self.setClearButtonEnabled(False)
        self._symbols: tuple[str, ...] = tuple(symbols) or rtk_symbols()
        self._offers: tuple[GeneOffer, ...] = ()
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._take_words, Qt.ConnectionType.QueuedConnection)
        self.setCompleter(completer)
        self.textEdited.connect(self._offer)
        self.returnPressed.connect(self.take)

    def set_symbols(self, symbols: Sequence[str]) -> None:
        """The genes that can be picked, for instance those in the expression table; the 58 RTKs where none are."""
        self._symbols = tuple(symbols) or rtk_symbols()

    def set_gene(self, symbol: str) -> None:
        """Show a gene without saying so."""
        self.setText(symbol)
        self._say("")

    def offers(self) -> tuple[GeneOffer, ...]:
        """The genes that fit what is typed."""
        return self._offers

    def take(self) -> None:
        """Pick the gene that is meant; say so when it is none, or when it could be several."""
        typed = self.text().strip()
        if not typed:
            return
        for offer in self._offers:
            if typed == offer.words() and offer.via:
                self._pick(offer.symbol)
                return
        self._offer(typed)
        exact = [offer for offer in self._offers if typed.upper() in (offer.symbol.upper(), offer.via.upper())]
        certain = [offer for offer in exact if offer.symbol.upper() == typed.upper()] or exact or list(self._offers)
        known = claims_on(typed)
        doubtful = known.how == "ambiguous"
        if len(certain) == 1 and not doubtful:
            self._pick(certain[0].symbol)
        elif certain:
            self._say(self._doubt(typed, known.symbols if doubtful else [offer.symbol for offer in certain]))
            completer = self.completer()
            if completer is not None and self.isVisible():
                completer.complete()
        elif len(known.symbols) == 1:
            self._say(f"{known.symbols[0]} is not in this data")
        else:
            self._say(f"No gene here is called “{typed}”")

    def _doubt(self, typed: str, symbols: Sequence[str]) -> str:
        here = set(self._symbols)
        names = [symbol if symbol in here else f"{symbol} (not in this data)" for symbol in symbols[:4]]
        return f"“{typed}” can mean {' or '.join(names)}{' or others' if len(symbols) > 4 else ''}: choose one"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        completer = self.completer()
        popup = completer.popup() if completer is not None else None
        if event.key() == Qt.Key.Key_Down and completer is not None and (popup is None or not popup.isVisible()):
            self._offer(self.text())
            completer.complete()
            return
        super().keyPressEvent(event)

    def _offer(self, typed: str) -> None:
        self._offers = offers_for(typed, self._symbols)
        self._model.setStringList([offer.words() for offer in self._offers])

    def _take_words(self, chosen: str) -> None:
        for offer in self._offers:
            if offer.words() == chosen:
                self._pick(offer.symbol)
                return

    def _pick(self, symbol: str) -> None:
        self.setText(symbol)
        self._say("")
        self.picked.emit(symbol)

    def _say(self, sentence: str) -> None:
        set_look(self, "state", "error" if sentence else "")
        self.setAccessibleDescription(sentence)
        self.setToolTip(sentence)
        self.failed.emit(sentence)
