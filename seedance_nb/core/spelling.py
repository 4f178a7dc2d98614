"""One request in three spellings, each ready to copy: a cell, a call in Python, a command line.

A file is spelt by its path, a fitted one by that of its original, with `--fit`.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog
from seedance_nb.core.catalog import BY_NAME, DEFAULT_RATIO, MEDIA_FIELDS, PARAMETERS
from seedance_nb.core.checking import inferred_mode
from seedance_nb.core.media import Media
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.core.request import VideoRequest

PATH = "/v1/videos/generations"
_BRACES = re.compile(r"\{([^\W\d]\w*)\}")
# What IPython takes for the prompt of a pasted session, and removes.
_PASTED = re.compile(r"\s*(?:(?:>>>|\.\.\.)(?: |$)|In ?\[\d+\]: |\.{3,}:)")


_near = [PurePath()]


def use(folder: PurePath) -> None:
    """Spell paths below this folder relative to it from now on."""
    _near[0] = folder


def differing(request: VideoRequest) -> dict[str, Any]:
    """The fields that have to be said; all others follow from the inputs or are defaults.

    The model is given as its mode, where the inputs alone lead to another one.
    """
    media = {name: getattr(request, name) for name in MEDIA_FIELDS}
    said = {
        "model": None if inferred_mode(media) == request.mode else request.mode,
        "aspect_ratio": _unless(request.aspect_ratio, DEFAULT_RATIO[request.mode]),
    }
    for name in BY_NAME.keys() - said.keys() - {"prompt"}:
        default = () if name in MEDIA_FIELDS else BY_NAME[name].default
        said[name] = _unless(getattr(request, name), default)
    return {name: said[name] for name in BY_NAME if said.get(name) is not None}


def as_cell(request: VideoRequest, *, name: str | None = None, takes: int = 1) -> str:
    """A `%%seedance` cell with the options that differ from the defaults.

    A prompt that no cell can hold as it is (blank lines at its ends, lines that look pasted
    from a session) is spelt in Python, as is what the catalog in use does not offer.

    Args:
        request: What to ask for.
        name: Variable for the job.
        takes: How many takes of it.
    """
    if not (_fits_a_cell(request.prompt) and is_offered(request, catalog.in_use())):
        return as_python(request, name=name, takes=takes)
    words = ["%%seedance", *([name] if name else []), *_options(request)]
    words += ["--takes", str(takes)] if takes > 1 else []
    return (
        f"{words[0]} {shlex.join(words[1:])}".rstrip()
        + "\n"
        + _BRACES.sub(r"{{\1}}", request.prompt)
    )


def as_python(request: VideoRequest, *, name: str | None = None, takes: int = 1) -> str:
    """The call of `sd.generate`, with the import that it needs; arguments as for `as_cell`."""
    said = differing(request)
    given = [f"{key}={_literal(value)}" for key, value in said.items()]
    given += ["fit=True"] if _is_fitted(request) else []
    given += [f"takes={takes}"] if takes > 1 else []
    if request.catalog != catalog.in_use():
        given.append(f"catalog={_literal(request.catalog)}")
    lines = [_literal(line) for line in request.prompt.splitlines(keepends=True)]
    target = name or ("job" if takes == 1 else "jobs")
    if len(lines) == 1 and not given:
        return f"import seedance_nb as sd\n\n{target} = sd.generate({lines[0]})"
    inside = "\n    ".join([*lines[:-1], lines[-1] + ",", *(f"{one}," for one in given)])
    return f"import seedance_nb as sd\n\n{target} = sd.generate(\n    {inside}\n)"


def as_curl(request: VideoRequest, base_url: str) -> str:
    """The same for a terminal; the key stays in the environment.

    Args:
        request: What to ask for.
        base_url: Origin of the server.
    """
    body = json.dumps(wire(request), ensure_ascii=False)
    return (
        f"curl {shlex.quote(base_url + PATH)} \\\n"
        '  -H "Authorization: Bearer $EVOLINK_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
    )


def wire(request: VideoRequest) -> dict[str, Any]:
    """The body of the request as it is known before its files are uploaded."""
    uploads = {str(media): say("spelling.upload", name=media.label) for media in request.files}
    return request.to_wire(uploads)


def _fits_a_cell(prompt: str) -> bool:
    lines = prompt.split("\n")
    # Blanks at the ends are cut off, and those of a line that holds nothing else may be.
    blank = not (lines[0].strip() and lines[-1].strip())
    blank = blank or any(line and not line.strip() for line in lines)
    return not blank and "\r" not in prompt and not any(map(_PASTED.match, lines))


def is_offered(request: VideoRequest, name: str) -> bool:
    """Whether a catalog has it: a cell cannot name another one than that in use."""
    model = catalog.CATALOGS[name].find(str(request.model))
    if model is None or request.quality not in model.qualities:
        return False
    return model.web_search or not request.web_search


def _unless(value: Any, default: object) -> Any:
    return None if value == default else value


def _options(request: VideoRequest) -> Iterator[str]:
    said = differing(request)
    for parameter in PARAMETERS:
        value = said.get(parameter.name)
        if value is None:
            continue
        if parameter.kind == "flag":
            yield parameter.options[0]
        else:
            for item in value if isinstance(value, tuple) else (value,):
                yield from (parameter.options[0], spelt(item))
    if _is_fitted(request):
        yield "--fit"


def _is_fitted(request: VideoRequest) -> bool:
    return any(media.original for media in request.files)


def _literal(value: Any) -> str:
    """The value in Python's spelling, in double quotes where that takes no escapes."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    text = repr(spelt(value) if isinstance(value, Media) else value)
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text


def spelt(item: object) -> str:
    """What stands for an input on a line: its address, or the path of its file."""
    if not isinstance(item, Media):
        return str(item)
    path = item.original or item.source
    if not isinstance(path, PurePath):
        return item.label
    near = path.relative_to(_near[0]) if path.is_relative_to(_near[0]) else path
    text = near.as_posix()
    return f"./{text}" if text.startswith(("-", "~")) else text
