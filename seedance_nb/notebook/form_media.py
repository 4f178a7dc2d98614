"""One kind of input in a form: paths and addresses, one a line, and after them what is held."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from seedance_nb.core import media
from seedance_nb.core.media import Media
from seedance_nb.core.secret import hidden
from seedance_nb.core.spelling import spelt
from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened
from seedance_nb.notebook.form_controls import EDGE
from seedance_nb.notebook.form_paths import MOST, line_typed, offers
from seedance_nb.notebook.look import FAINT, plain, safe
from seedance_nb.notebook.video import MEGABYTE, say_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from seedance_nb.runs.inputs import Inputs

# In all: stock Jupyter closes the connection over a message of 10 MiB.
MOST_UPLOADED = 8 * MEGABYTE
_ROW = {"flex_flow": "row wrap", "align_items": "center", "margin": f"0 0 6px {EDGE}px"}
_SMALL = {"width": "max-content", "max_width": "240px", "height": "24px", "padding": "0 9px"}
_SMALL |= {"margin": "2px 6px 2px 0"}
_LONGEST = 34  # characters of a name on a button


class MediaInputs:
    """Paths and addresses in a text area, and below it what was uploaded or came with a request.

    Args:
        name: Field of the request: images, videos or audios.
        area: The text area.
        room: Bytes that may still be uploaded.
        changed: Called when what is held has changed.

    Attributes:
        held: Uploaded files and what else is in no line; they come after the lines.
        refused: Why an upload was not taken; empty if none was refused.
        upload: The button for uploads.
        widget: All of it.
    """

    def __init__(
        self, name: str, area: Any, room: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        self.name = name
        self.held: list[object] = []
        self.refused = ""
        self._area = area
        self._room = room
        self._changed = changed
        self._line: int | None = None
        self._counting = False
        self.upload = ipywidgets.FileUpload(
            accept=f"{name.removesuffix('s')}/*",
            multiple=True,
            description=say(f"form.upload.{name}"),
            layout=_SMALL,
        )
        most = say("form.upload.most", most=MOST_UPLOADED // MEGABYTE)
        self._beside = _remark(most)
        self.offers = ipywidgets.HBox(layout=_ROW | {"display": "none"})
        self.shelf = ipywidgets.HBox([self.upload, self._beside], layout=_ROW)
        self.widget = ipywidgets.VBox([area, self.offers, self.shelf], layout={"width": "100%"})
        self.upload.observe(self._take, "value")
        area.observe(self._offer, "value")

    @property
    def value(self) -> tuple[object, ...]:
        """All inputs, in the order of their tags."""
        lines = (line.strip() for line in self._area.value.splitlines())
        return (*(line for line in lines if line), *self.held)

    @property
    def uploaded(self) -> int:
        """Bytes that were uploaded and are still held."""
        return sum(len(content) for content in map(_content, self.held) if content)

    def put(self, lines: Sequence[str], held: Sequence[object]) -> None:
        """Have these inputs and no others."""
        self._area.value = "\n".join(lines)
        self._show_offers([])
        self._hold(held)

    # --- uploads --------------------------------------------------------------------------------

    def _take(self, change: Any) -> None:
        """Hold what was uploaded; its order is that of the browser."""
        if self._counting:
            return
        files = change.new
        taken, self.refused = list(self.held), ""
        room = self._room()
        for file in list(files.values()) if isinstance(files, dict) else files:  # ipywidgets 7
            size = len(file["content"])
            if size > room:
                most, name = MOST_UPLOADED // MEGABYTE, plain(hidden(_file_name(file)))
                values = {"name": shortened(name, _LONGEST), "size": say_size(size), "most": most}
                self.refused = say("form.upload.large", **values)
                continue
            room -= size
            taken.append(_opened(self.name, file))
        self._hold(taken)
        self._changed()

    def _hold(self, items: Sequence[object]) -> None:
        self.held = list(items)
        for chip in self.shelf.children[2:]:
            chip.close()
        self.shelf.children = (self.upload, self._beside, *map(self._chip, items))
        if isinstance(self.upload.value, dict):  # ipywidgets 7 counts by itself
            return
        self._counting = True  # the button shows how many there are, without their contents
        self.upload.value = tuple(_stub(item) for item in items)
        self._counting = False

    def _chip(self, item: object) -> Any:
        """The button that takes one away again."""
        name = plain(_name(item))
        tip = say("form.upload.remove", name=name)
        chip = ipywidgets.Button(
            description=shortened(name, _LONGEST), icon="times", tooltip=tip, layout=_SMALL
        )
        chip.on_click(lambda _: self._remove(item))
        return chip

    def _remove(self, item: object) -> None:
        self.refused = ""
        self._hold([one for one in self.held if one is not item])
        self._changed()
        _focus(self.upload)  # the button that had it is gone

    # --- completion -----------------------------------------------------------------------------

    def _offer(self, change: Any) -> None:
        self._line = line_typed(change.old, change.new)
        line = "" if self._line is None else change.new.split("\n")[self._line]
        self._show_offers(offers(line, self.name))

    def _show_offers(self, paths: Sequence[str]) -> None:
        if paths and not self.offers.children:
            buttons = (self._offer_button() for _ in range(MOST))
            self.offers.children = (_remark(say("form.offers")), *buttons)
        for index, button in enumerate(self.offers.children[1:]):
            path = paths[index] if index < len(paths) else ""
            button.tooltip = say("form.offers.tip", path=path) if path else ""
            button.description = _shown_path(path)
            button.path = path
            button.layout.display = None if path else "none"
        self.offers.layout.display = None if paths else "none"

    def _offer_button(self) -> Any:
        button = ipywidgets.Button(layout=_SMALL)
        button.on_click(lambda pressed: self._complete(pressed.path))
        return button

    def _complete(self, path: str) -> None:
        """Put a path into the line that was typed last; a folder is looked into at once."""
        lines = self._area.value.split("\n")
        if self._line is None or self._line >= len(lines):
            return
        lines[self._line] = path
        self._area.value = "\n".join(lines)
        _focus(self._area)


def parted(
    name: str, items: Sequence[object], inputs: Callable[[], Inputs]
) -> tuple[list[str], list[object]]:
    """Inputs of a request as lines and what is held after them; their order stays.

    Args:
        name: Field of the request.
        items: Addresses and files.
        inputs: The kept copies, looked at only where there are files.
    """
    lines: list[str] = []
    for at, item in enumerate(items):
        line = _as_line(name, item, inputs)
        if not line:
            return lines, [_with_copy(one, inputs) for one in items[at:]]
        lines.append(line)
    return lines, []


def _as_line(name: str, item: object, inputs: Callable[[], Inputs]) -> str:
    """An address, or the path of a file of the user's that is still what it was; else empty."""
    text = item if isinstance(item, str) else ""
    if isinstance(item, Media) and isinstance(item.source, Path) and not item.fitted:
        kept = item.source.is_relative_to(inputs().folder)
        text = "" if kept or media.opened(name, item.source) != item else spelt(item)
    return text if text.isprintable() and text == text.strip() else ""


def _with_copy(item: object, inputs: Callable[[], Inputs]) -> object:
    if not isinstance(item, Media) or isinstance(item.source, bytes):
        return item
    return dataclasses.replace(item, source=inputs().path(item) or item.source)


def _focus(widget: Any) -> None:
    if hasattr(widget, "focus"):  # not in ipywidgets 7
        widget.focus()


def _remark(text: str) -> Any:
    html = f'<div style="font-size:12px;line-height:24px;{FAINT}">{safe(text)}</div>'
    return ipywidgets.HTML(html, layout={"margin": "0 10px 0 0"})


def _opened(name: str, file: Mapping[str, Any]) -> object:
    """The file of an upload; the upload itself where it is none, so that this is said."""
    found = media.opened(name, file)
    return file if isinstance(found, list) else found


def _content(item: object) -> bytes | None:
    if isinstance(item, Media):
        return item.source if isinstance(item.source, bytes) else None
    return bytes(item["content"]) if isinstance(item, dict) else None


def _file_name(file: Mapping[str, Any]) -> str:
    return str({**file.get("metadata", {}), **file}.get("name", ""))


def _name(item: object) -> str:
    """What a button says of it; no key, since the state of a widget may be saved."""
    if isinstance(item, Media):
        return hidden(item.label)
    return hidden(_file_name(item) if isinstance(item, dict) else str(item))


def _stub(item: object) -> dict[str, Any]:
    moment = dt.datetime.fromtimestamp(0, tz=dt.UTC)
    return {"name": _name(item), "type": "", "size": 0, "content": b"", "last_modified": moment}


def _shown_path(path: str) -> str:
    """The end of a path, which is what differs."""
    shown = plain(path)
    return shown if len(shown) <= _LONGEST else "…" + shown[1 - _LONGEST :]
