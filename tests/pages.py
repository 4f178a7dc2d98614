"""HTML as a test reads it, and words that try to become more than words."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = "<script>alert(1)</script>&\"'><img src=x onerror=y>\0\u202e{0}" + "W" * 300
VOID = {"img", "br", "animate", "rect", "meta"}


class Reader(HTMLParser):
    """Collects tags and attributes, and checks that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It must be the last one that was opened."""
        if tag not in VOID:
            assert self.open.pop() == tag


def read(html: str) -> Reader:
    """The HTML, read to its end."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert [] == reader.open
    return reader
