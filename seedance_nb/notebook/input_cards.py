"""The inputs of a request as small cards: what each is, and the tag by which a prompt calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from seedance_nb.core import tags
from seedance_nb.core.catalog import FORMATS, MEDIA_FIELDS
from seedance_nb.core.media import Media
from seedance_nb.core.texts import say
from seedance_nb.notebook.look import FAINT, safe
from seedance_nb.notebook.video import say_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.core.catalog import Mode

    Picture = Callable[[str, Media], str]

_KINDS = {name: kind for kind, name in tags.KINDS.items()}
_WIDE, _TALL = 112, 68  # pixels of a picture
_LINE = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputCard:
    """An input as a view needs it: words and a picture.

    Attributes:
        tag: By what the prompt or the service calls it; empty where nothing does.
        name: Its file name, or the last part of its address.
        facts: Pixels, seconds and size, or the host of an address.
        sign: What stands where there is no picture.
        src: The picture as a data URI; an address is never fetched for it.
    """

    tag: str
    name: str
    facts: str
    sign: str
    src: str = ""


def input_cards(
    mode: Mode, inputs: Mapping[str, Sequence[object]], picture: Picture = lambda *_: ""
) -> dict[str, tuple[InputCard, ...]]:
    """The cards of each kind of input; what is neither file nor address has none.

    Args:
        mode: What the request is taken for.
        inputs: The opened inputs: `Media` and addresses, by field.
        picture: Makes the picture of a file of a field.
    """
    return {
        name: tuple(
            _file(name, item, _tag(mode, name, number), picture)
            if isinstance(item, Media)
            else _address(str(item), _tag(mode, name, number))
            for number, item in enumerate(inputs.get(name, ()), 1)
            if isinstance(item, Media) or _is_address(item)
        )
        for name in MEDIA_FIELDS
    }


def _is_address(item: object) -> bool:
    return isinstance(item, str) and item.lower().startswith(("http://", "https://"))


def _tag(mode: Mode, name: str, number: int) -> str:
    if mode == "reference":
        return f"@{_KINDS[name]}{number}"
    frames = ("input.first", "input.last")
    framed = mode == "image" and name == "images" and number <= len(frames)
    return say(frames[number - 1]) if framed else ""


def _file(name: str, media: Media, tag: str, picture: Picture) -> InputCard:
    facts = [
        f"{media.width} × {media.height}" if media.width else "",
        say("panel.seconds", count=f"{media.duration:.1f}") if media.duration else "",
        say_size(media.size).replace(" ", "\N{NO-BREAK SPACE}") if media.size else "",
    ]
    form = FORMATS[media.format][0] if media.format in FORMATS else media.format
    return InputCard(
        tag=tag,
        name=media.label,
        facts=" · ".join(fact for fact in facts if fact),
        sign=f"♪ {form}" if name == "audios" else form or "?",
        src=picture(name, media),
    )


def _address(url: str, tag: str) -> InputCard:
    try:
        parts = urlsplit(url)
        host, path = parts.netloc.rpartition("@")[2], parts.path
    except ValueError:
        host, path = "", url
    name = unquote(path.rstrip("/").rpartition("/")[2]) or host
    return InputCard(tag=tag, name=name, facts=host, sign="URL")


def cards_html(cards: Iterable[InputCard]) -> str:
    """The cards side by side; every text is escaped, and nothing is fetched for them."""
    row = "display:flex;flex-wrap:wrap;gap:10px;margin:8px 0 4px"
    inside = "".join(map(_card, cards))
    return f'<div style="{row}">{inside}</div>' if inside else ""


def _card(card: InputCard) -> str:
    box = (
        f"box-sizing:border-box;width:{_WIDE}px;height:{_TALL}px;border-radius:8px;"
        "overflow:hidden;display:flex;align-items:center;justify-content:center;"
        "border:1px solid rgba(128,128,128,.4);background:rgba(128,128,128,.12)"
    )
    look = f"display:block;max-width:{_WIDE}px;max-height:{_TALL}px;margin:0"
    spoken = safe(" ".join(part for part in (card.tag, card.name) if part))
    picture = (
        f'<img src="{safe(card.src)}" alt="{spoken}" style="{look}">'
        if card.src
        else f'<span style="{FAINT};font-size:12px;font-weight:600">{safe(card.sign)}</span>'
    )
    tag = f'<div style="font-weight:600;{_LINE}">{safe(card.tag)}</div>' if card.tag else ""
    return (
        f'<div title="{safe(card.name)}" style="width:{_WIDE}px;font-size:11px;line-height:1.45">'
        f'<div style="{box}">{picture}</div>{tag}'
        f'<div style="{_LINE}" dir="auto">{safe(card.name)}</div>'
        f'<div style="{FAINT};overflow:hidden;word-wrap:break-word">{safe(card.facts)}</div></div>'
    )
