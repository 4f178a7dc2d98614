"""The controls of a form, one for each row of the catalog's table, as widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from seedance_nb.core import catalog
from seedance_nb.core.catalog import MODES, PARAMETERS
from seedance_nb.core.texts import say
from seedance_nb.notebook.input_cards import cards_html
from seedance_nb.notebook.look import FAINT, WIDEST, code_in, colour, safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seedance_nb.core.catalog import Parameter
    from seedance_nb.notebook.form_state import FormState

LABEL = 76  # pixels of the column of labels
EDGE = LABEL + 8  # where the controls begin
FULL = {"width": "100%", "margin": "4px 0"}
BUTTON = {"width": "max-content", "margin": "2px 6px 2px 0"}
STYLE = {"description_width": f"{LABEL}px"}
_NOTE = {"width": "auto", "margin": f"0 0 4px {EDGE}px", "display": "none"}
_SMALL = (
    "font-family:system-ui,-apple-system,sans-serif;font-size:12px;line-height:1.5;"
    "word-wrap:break-word;word-break:break-word"
)
_HALF = 200  # characters kept at either end of a problem, which quotes what was typed
# Width and height in pixels of the shapes: equal areas, with room for the words on them.
_SHAPES = {
    "16:9": (64, 36), "9:16": (36, 64), "1:1": (48, 48), "4:3": (55, 41), "3:4": (41, 55),
    "21:9": (73, 31), "adaptive": (68, 48),
}  # fmt: skip


class Shapes(ipywidgets.HBox):  # type: ignore[misc]
    """Ratios drawn as rectangles of that shape; the value is None while none was chosen.

    A click on the chosen one takes the choice back.
    """

    value = traitlets.Unicode(None, allow_none=True)

    def __init__(self, ratios: Sequence[str]) -> None:
        self.buttons = {ratio: _shape(ratio) for ratio in ratios}
        self._painting = False
        for ratio, button in self.buttons.items():
            button.observe(lambda change, ratio=ratio: self._press(ratio, change.new), "value")
        layout = {"flex_flow": "row wrap", "align_items": "center", "flex": "1 1 0%"}
        super().__init__(list(self.buttons.values()), layout=layout)

    def show(self, ratio: str) -> None:
        """Mark the one that would be sent."""
        self._painting = True
        for name, button in self.buttons.items():
            button.value = name == ratio
            # ipywidgets has no aria-pressed; a screen reader reads the tooltip after the name.
            button.tooltip = say("form.chosen", ratio=name) if name == ratio else name
        self._painting = False

    def _press(self, ratio: str, down: bool) -> None:  # noqa: FBT001 - as the button says it
        if not self._painting:
            self.value = ratio if down else None


def _shape(ratio: str) -> Any:
    width, height = _SHAPES[ratio]
    style = "dashed" if ratio == "adaptive" else "solid"
    return ipywidgets.ToggleButton(
        description=ratio,
        tooltip=ratio,
        layout={
            "width": f"{width}px",
            "height": f"{height}px",
            "padding": "0",
            "margin": "3px 6px 3px 0",
            "border": f"1px {style} {colour('calm')}",
        },
    )


def make_controls() -> dict[str, Any]:
    """A control for each parameter, and for what a form asks besides."""
    controls = {parameter.name: _control(parameter) for parameter in PARAMETERS}
    controls["fit"] = _switch("fit", value=False)
    controls["takes"] = _number("takes", 1)
    controls["new"] = _switch("new", value=False)
    return controls


def fill(controls: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Set controls; a value that a row of buttons lacks gets a button."""
    for name, value in values.items():
        control = controls[name]
        if isinstance(control, Shapes):
            control.value = value
            continue
        wanted = "" if value is None else value
        options = getattr(control, "options", None)
        if options is not None and wanted not in [known for _, known in options]:
            control.options = (*options, (str(wanted), wanted))
        control.value = wanted


def make_note() -> Any:
    """The place under a control for what there is to say of it."""
    return ipywidgets.HTML(layout=_NOTE)


def show_note(note: Any, html: str) -> None:
    """Put something there, or take it away."""
    if note.value != html:
        note.value = html
        note.layout.display = None if html else "none"


def note_html(state: FormState, name: str) -> str:
    """What there is to say of a field: hint, problems, advice, its inputs, what fitting did."""
    hint = state.hints.get(name, "")
    if name == "model":
        hint = state.mode
    parts = [f'<div style="{FAINT}">{safe(hint)}</div>'] if hint else []
    parts += [_line(_without(name, text), _tone(text)) for text in state.problems.get(name, ())]
    parts += [_line(text, "warn") for text in state.advice.get(name, ())]
    parts += [_line(text, "good") for text in state.fitted if name == "fit"]
    parts.append(cards_html(state.cards.get(name, ())))
    return f'<div style="{_SMALL}">{"".join(parts)}</div>' if any(parts) else ""


def line_html(text: str, *, tone: str = "") -> str:
    """A line of the form itself."""
    inside = _line(text, tone) if tone else f"<div>{code_in(text)}</div>"
    return f'<div style="{_SMALL}">{inside}</div>'


def _line(text: str, tone: str) -> str:
    if len(text) > 2 * _HALF:
        text = f"{text[:_HALF]} … {text[-_HALF:]}"
    edge = f"border-left:3px solid {colour(tone)};padding:0 0 0 8px;margin:2px 0"
    return f'<div style="{edge}">{code_in(text)}</div>'


def _tone(problem: str) -> str:
    """Nothing is wrong with a prompt that nobody has begun to type."""
    return "calm" if problem == say("form.prompt.empty") else "bad"


def _without(name: str, text: str) -> str:
    """The sentence without the name of the field, under which it stands."""
    for mark in (": ", "："):
        text = text.removeprefix(f"`{name}`{mark}")
    return text[:1].upper() + text[1:]


# --- controls -------------------------------------------------------------------------------------


def _control(parameter: Parameter) -> Any:
    name = parameter.name
    if parameter.kind == "prompt":
        return _area(name, rows=5)
    if parameter.kind == "media":
        return _area(name, rows=2)
    if parameter.kind == "integer":
        return _number(name, parameter.default)
    if parameter.kind == "flag":
        return _switch(name, value=bool(parameter.default))
    if parameter.kind == "url":
        return ipywidgets.Text(
            description=say(f"form.label.{name}"),
            placeholder=say(f"form.hint.{name}"),
            continuous_update=False,
            layout=FULL,
            style=STYLE,
        )
    return _choice(parameter)


def _area(name: str, *, rows: int) -> Any:
    """A field of several lines, read as one types."""
    return ipywidgets.Textarea(
        description=say(f"form.label.{name}"),
        placeholder=say("form.hint.prompt" if name == "prompt" else "form.hint.media"),
        rows=rows,
        layout=FULL,
        style=STYLE,
    )


def _number(name: str, value: Any) -> Any:
    """A number; one that is out of range stays there, with the problem that it is."""
    return ipywidgets.IntText(
        value=value,
        description=say(f"form.label.{name}"),
        layout={"width": f"{LABEL + 84}px", "margin": "4px 0"},
        style=STYLE,
    )


def _switch(name: str, *, value: bool) -> Any:
    return ipywidgets.Checkbox(
        value=value,
        description=say(f"form.label.{name}"),
        indent=False,
        layout={
            "width": "max-content",
            "margin": "2px 18px 2px 0",
        },
    )


def _choice(parameter: Parameter) -> Any:
    name = parameter.name
    if name == "aspect_ratio":
        return Shapes(parameter.choices)
    if name == "model":
        options = [(say("form.choice.automatic"), "")]
        options += [(say(f"form.choice.{mode}"), mode) for mode in MODES]
    else:
        offered = catalog.CATALOGS[catalog.in_use()].choices(parameter)
        options = [(word, word) for word in offered]
    buttons = ipywidgets.RadioButtons(
        options=options,
        value=parameter.default or "",
        layout={"flex": "1 1 0%", "width": "auto", "min_width": "max-content", "margin": "2px 0"},
    )
    if buttons.has_trait("orientation"):  # not in ipywidgets 7
        buttons.orientation = "horizontal"
    return buttons


def labelled(name: str, control: Any) -> Any:
    """The control with its label, where it has none of its own."""
    if getattr(control, "description", ""):
        return control
    # As ipywidgets does it itself: at the right edge of its column.
    head = ipywidgets.HTML(
        f'<div style="text-align:right">{safe(say(f"form.label.{name}"))}</div>',
        layout={"width": f"{LABEL}px", "margin": "0 8px 0 0", "flex": "0 0 auto"},
    )
    return ipywidgets.HBox([head, control], layout={**FULL, "align_items": "center"})


def frame(children: Sequence[Any]) -> Any:
    """The form itself, as wide as a panel."""
    layout = {"width": "100%", "max_width": f"{WIDEST}px", "padding": "2px 0 8px"}
    return ipywidgets.VBox(list(children), layout=layout)
