"""What a screen reader would find nameless in a widget. Used by the tests of widgets and of pages.

Not for: looking at pixels.
"""

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QWidget

NOT_WALKED = (QAccessible.Role.Cell, QAccessible.Role.TableCell if hasattr(QAccessible.Role, "TableCell") else QAccessible.Role.Cell)


def nameless(widget: QWidget) -> list[str]:
    """Class and object name of every focusable, visible node without a name; [] is what one wants."""
    found: list[str] = []
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    _walk(interface, found)
    for combo in widget.findChildren(QComboBox):  # on Linux the name of a combo is its text whatever is set
        if combo.isVisible() and not combo.accessibleName() and not _has_label(combo, widget):
            found.append(f"QComboBox {combo.objectName()}")
    return found


def too_small(widget: QWidget, least: int = 24) -> list[str]:
    """Buttons that are visible and smaller than a finger or a shaking hand needs."""
    return [f"{button.text() or button.accessibleName()} {button.width()} x {button.height()}"
            for button in widget.findChildren(QAbstractButton)
            if button.isVisible() and not isinstance(button.parent(), QAbstractItemView)
            and (button.width() < least or button.height() < least)]


def _walk(interface: QAccessibleInterface, found: list[str]) -> None:
    for number in range(min(interface.childCount(), 200)):
        child = interface.child(number)
        if child is None or child.role() in NOT_WALKED:
            continue
        state = child.state()
        if state.focusable and not state.invisible and not child.text(QAccessible.Text.Name):
            owner = child.object()
            found.append(f"{type(owner).__name__} {owner.objectName() if owner else ''}")
        _walk(child, found)


def _has_label(widget: QWidget, root: QWidget) -> bool:
    return any(label.buddy() is widget for label in root.findChildren(QLabel))
