"""What goes into the journal, and what never does: no key, no signed query, no bytes.

A request that lost something on the way in keeps its digest, and can no longer be sent from the
journal.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from seedance_nb.core.catalog import MEDIA_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedance_nb.core.request import VideoRequest

LONGEST_VALUE = 500  # characters of a variable that are kept; a larger one is named by its hash
_SIGNED = re.compile(r"sig(nature)?|token|credential|policy|key|expires|auth", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def sha256(text: str) -> str:
    """`sha256:` and 64 hex digits of a text."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def unsigned(url: str) -> str:
    """The URL, without its query where that is a signature that opens it."""
    try:
        parts = urlsplit(url)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError:
        return url
    user, _, host = parts.netloc.rpartition("@")
    signed = any(_SIGNED.search(name) for name in names)
    if not signed and not user:
        return url
    query = "" if signed else parts.query
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))


def request_facts(request: VideoRequest, *, keep_text: bool) -> dict[str, Any]:
    """The fields of a request, fit for the journal; without a prompt where texts are not kept."""
    fields = request.to_fields()
    for name in MEDIA_FIELDS:
        kept = [unsigned(item) if isinstance(item, str) else item for item in fields[name]]
        if kept != fields[name]:
            fields["incomplete"] = True
        fields[name] = kept
    prompt = fields["prompt"]
    fields["prompt"] = _closed(prompt)
    if fields["prompt"] != prompt:
        fields["incomplete"] = True
    if not keep_text:
        fields["prompt_sha256"] = sha256(prompt)
        del fields["prompt"]
        fields["incomplete"] = True
    return fields


def discreet(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error as JSON without the service's own words, which may quote the prompt."""
    values = dict(error.get("values", {}))
    if "detail" in values:
        values["detail"] = sha256(str(values["detail"]))
    return {**{k: v for k, v in error.items() if k != "raw"}, "values": values}


def call_facts(
    call: Mapping[str, Any], *, redact: Callable[[str], str], keep_text: bool
) -> dict[str, Any]:
    """What is known of the cell that asked: number, id, hash and source, variables and values."""
    facts = {name: value for name, value in call.items() if name not in ("source", "variables")}
    source = str(call.get("source") or "")
    if source and keep_text:
        facts["source"] = _closed(redact(source))
    variables = call.get("variables")
    if variables:
        facts["variables"] = {
            str(name): _value(value, redact=redact, keep_text=keep_text)
            for name, value in variables.items()
        }
    return facts


def _closed(value: Any) -> Any:
    """A text with no link in it that opens by a signature; anything else as it is."""
    return _LINK.sub(lambda link: unsigned(link[0]), value) if isinstance(value, str) else value


def _value(value: object, *, redact: Callable[[str], str], keep_text: bool) -> Any:
    """A variable as JSON; its hash where it is large, no JSON, or not to be kept."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {
            "type": type(value).__name__,
            "sha256": f"sha256:{hashlib.sha256(value).hexdigest()}",
        }
    text = value if isinstance(value, str) else repr(value)
    plain = value is None or isinstance(value, str | int | float | bool)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        plain, text = True, json.dumps(value, ensure_ascii=False)
    small = len(text) <= LONGEST_VALUE and (value == value)  # noqa: PLR0124 - NaN is no JSON
    if plain and small and keep_text and redact(text) == text:
        if isinstance(value, list | tuple):
            return [_closed(item) for item in value]
        return _closed(value)
    return {"type": type(value).__name__, "sha256": sha256(text)}
