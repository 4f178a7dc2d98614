"""`@image1`, `@video2`, `@audio1` in a prompt: the references it speaks of.

Numbered from 1 within each kind, in the order of the inputs; described for the reference models
only (model page: reference-to-video, since 2026-07-25). No source says that a tag without a file
is refused, so that is a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seedance_nb.core.errors import Problem
from seedance_nb.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS = {"image": "images", "video": "videos", "audio": "audios"}
_TAG = re.compile(r"@(image|video|audio)(\d{1,3})(?![\w])", re.IGNORECASE | re.ASCII)


def tags_of(counts: Mapping[str, int]) -> list[str]:
    """The tags that there are files for, by the number of images, videos and audios."""
    return [
        f"@{kind}{number}"
        for kind, name in KINDS.items()
        for number in range(1, counts.get(name, 0) + 1)
    ]


def used(prompt: str) -> list[str]:
    """The tags in a prompt, in lower case, each once, in their order."""
    found = (f"@{kind.lower()}{int(number)}" for kind, number in _TAG.findall(prompt))
    return list(dict.fromkeys(found))


def warnings(prompt: str, counts: Mapping[str, int]) -> Iterator[Problem]:
    """Tags without a file, and files without a tag where the prompt has tags at all."""
    have, said = tags_of(counts), used(prompt)
    for tag in said:
        if tag not in have:
            name = KINDS[tag[1:6]]
            yield Problem(name, "problem.tag.nofile", tag=tag, choices=listed(have) or "-")
    unsaid = [tag for tag in have if tag not in said]
    if said and unsaid:
        yield Problem(KINDS[unsaid[0][1:6]], "problem.tag.unused", tags=listed(unsaid))
