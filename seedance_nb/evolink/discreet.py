"""What the HTTP library logs of our calls, without keys and signatures.

It logs each address whole at level INFO, and each header of an answer at DEBUG. What it logs of
other people's calls stays as it is.
"""

from __future__ import annotations

import contextlib
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

from seedance_nb.core.secret import hidden
from seedance_nb.evolink.plain import RAW, clean

if TYPE_CHECKING:
    from collections.abc import Iterator

# A filter sees only what is logged to the very logger that it is added to.
_PARTS = ("connection", "http11", "http2", "proxy", "socks")
LOGGERS = ("httpx", *(f"httpcore.{part}" for part in _PARTS))
_ours = ContextVar("seedance_nb_ours", default=False)


class _Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _ours.get():
            record.msg, record.args = clean(hidden(record.getMessage()), RAW), ()
        return True


_FILTER = _Discreet()


@contextlib.contextmanager
def discreet() -> Iterator[None]:
    """Within it, what this task logs through the HTTP library shows neither key nor signature."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)  # once, however often
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
