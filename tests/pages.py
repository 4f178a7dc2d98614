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
        self.texts: list[str] = []

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

    def handle_data(self, data: str) -> None:
        """Note what a person reads; lines to type and folded texts are the same everywhere."""
        folded = "details" in self.open and "summary" not in self.open
        if data.strip() and not folded and not {"code", "style"} & {*self.open}:
            self.texts.append(data.strip())


def read(html: str) -> Reader:
    """The HTML, read to its end."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert [] == reader.open
    return reader
