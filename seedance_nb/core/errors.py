"""The errors, split by who can mend them.

```
SeedanceError
├── InvalidRequest    you: the request breaks a rule of the API (`.problems` has all of them)
├── ConfigError       you: a setting, a file or a folder
├── AuthError         your account: the key is missing, wrong or not allowed to
├── QuotaExceeded     your account: no credits left
├── BudgetExceeded    your own cap says no
├── RateLimited       wait (`.retry_after`)
├── TaskFailed        the service made the task and it failed or was cancelled (`.code`)
├── ServiceError      the service has a problem of its own
├── TransportError    the network
├── SubmitUncertain   a paid request was sent and its fate is not known
├── ProtocolError     an answer that makes no sense
└── WaitTimeout       the waiting ended, the job did not (also a `TimeoutError`)
```

An error carries the id of its text and the values in it; the words are in `texts`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from seedance_nb.core import texts
from seedance_nb.core.secret import hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

Billed = Literal["yes", "no", "unknown"]
_FACTS: dict[str, type | tuple[type, ...]] = {
    "billed": str, "retryable": bool, "code": str, "http_status": int, "request_id": str,
    "raw": str, "retry_after": (int, float),
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_ENDS = tuple(".!?…。！？`")  # a command at the end has to stay as it is


class SeedanceError(Exception):
    """What went wrong, what it cost and what to do next.

    Attributes:
        text_id: Which text of `texts.TABLE` it is, filled in with `values`.
        billed: Whether money was taken: "yes", "no" or "unknown".
        retryable: Whether the same request may work later, where that is known.
        code: The service's own word for it (`error.code`).
        http_status: Status of the HTTP answer.
        request_id: The service's id of the exchange, for its support.
        raw: The answer as it came, shortened.
        retry_after: Seconds after which the service wants to be asked again.
    """

    default_text: ClassVar[str] = "error.unknown"
    default_billed: ClassVar[Billed] = "no"

    def __init__(  # noqa: PLR0913 - one keyword for each fact that an answer can carry
        self,
        text_id: str | None = None,
        /,
        *,
        billed: Billed | None = None,
        retryable: bool | None = None,
        code: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        raw: str | None = None,
        retry_after: float | None = None,
        **values: object,
    ) -> None:
        self.text_id = text_id or self.default_text
        self.values = _without_keys(values)
        self.billed: Billed = billed or self.default_billed
        self.retryable = retryable
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.raw = raw
        self.retry_after = retry_after
        super().__init__(self.text_id)

    @property
    def message(self) -> str:
        """What happened, in the language of the session."""
        return _ended(hidden(texts.say(self.text_id, **self.values)))

    @property
    def hint(self) -> str:
        """What to do next; empty where the message says it all."""
        hint_id = texts.hint_of(self.text_id)
        return hidden(texts.say(hint_id, **self.values)) if hint_id else ""

    def __str__(self) -> str:
        """Message and hint."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of a traceback, and the cell still fails.
        return f"{type(self).__name__}: {self}".splitlines()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by value, so that errors cross processes whole."""
        return from_dict, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data that `from_dict` turns back into the same error."""
        facts = {name: getattr(self, name) for name in _FACTS}
        data = {"class": type(self).__name__, "text": self.text_id, "values": self.values, **facts}
        return {name: value for name, value in data.items() if value not in (None, {})}


class Problem:
    """One thing wrong with a request: the field, its value, the rule and the mend.

    Attributes:
        field: The parameter it is about, by its Python name.
        text_id: Which text of `texts.TABLE`.
        values: What is filled into it; `value` is what was given.
    """

    __slots__ = ("field", "text_id", "values")

    def __init__(self, field: str, text_id: str, **values: object) -> None:
        self.field = hidden(field)
        self.text_id = text_id
        self.values = _without_keys(values)

    @property
    def text(self) -> str:
        """The sentence a user reads."""
        return hidden(texts.say(self.text_id, **{"field": self.field, **self.values}))

    def __repr__(self) -> str:
        """Field and sentence."""
        return f"Problem({self.field!r}, {self.text!r})"

    def __eq__(self, other: object) -> bool:
        """Same field, same text, same values."""
        return isinstance(other, Problem) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """By field and text."""
        return hash((self.field, self.text_id))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"field": self.field, "text": self.text_id, "values": self.values}


class InvalidRequest(SeedanceError):
    """The request breaks rules of the API; nothing was sent."""

    default_text = "error.invalid"

    def __init__(
        self, text_id: str | None = None, /, *, problems: Sequence[Problem] = (), **facts: Any
    ) -> None:
        super().__init__(text_id, **facts)
        self.problems: tuple[Problem, ...] = tuple(problems)

    @property
    def message(self) -> str:
        """All problems, one a line."""
        if not self.problems:
            return super().message
        count = len(self.problems)
        head = texts.say("error.invalid.head" if count > 1 else "error.invalid.one", count=count)
        return "\n".join([head, *(f"  - {problem.text}" for problem in self.problems)])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, problems included."""
        data = super().to_dict()
        return {**data, "problems": [problem.to_dict() for problem in self.problems]}


class ConfigError(SeedanceError):
    """A setting, a file or a folder is not as it must be."""

    default_text = "error.config"


class AuthError(SeedanceError):
    """The key is missing, wrong, expired or not allowed to do this."""

    default_text = "error.auth"


class QuotaExceeded(SeedanceError):
    """The account or the key has no credits left for this."""

    default_text = "error.quota"


class BudgetExceeded(SeedanceError):
    """A cap of your own, or a yes that was not given."""

    default_text = "error.budget"


class RateLimited(SeedanceError):
    """Too many requests; `retry_after` says for how long."""

    default_text = "error.rate"


class TaskFailed(SeedanceError):
    """The task was made, and it failed or was cancelled."""

    default_text = "error.task.unknown_error"


class ServiceError(SeedanceError):
    """The service answered that it has a problem of its own."""

    default_text = "error.service"


class TransportError(SeedanceError):
    """The network: no connection, or it broke."""

    default_text = "error.transport"


class SubmitUncertain(SeedanceError):
    """A paid request went out and its fate is not known; it is never repeated by itself."""

    default_text = "error.uncertain"
    default_billed = "unknown"

    def __init__(self, text_id: str | None = None, /, **facts: Any) -> None:
        super().__init__(text_id, **facts)
        if "detail" in self.values:  # stands in brackets
            self.values["detail"] = str(self.values["detail"]).rstrip(".。")


class ProtocolError(SeedanceError):
    """An answer that is not what the API says it is."""

    default_text = "error.protocol"


class WaitTimeout(SeedanceError, TimeoutError):
    """The waiting ended, the job did not."""

    default_text = "error.wait"
    default_billed = "unknown"


_KINDS: list[type[SeedanceError]] = [SeedanceError, *SeedanceError.__subclasses__()]
_CLASSES = {kind.__name__: kind for kind in _KINDS}


def _ended(text: str) -> str:
    """A sentence: some texts end in words from elsewhere, which may have no full stop."""
    stop = "。" if texts.language() == "zh" else "."
    return text if text.endswith(_ENDS) else text + stop


def _without_keys(values: dict[str, object]) -> dict[str, object]:
    return {n: hidden(value) if isinstance(value, str) else value for n, value in values.items()}


def from_dict(data: dict[str, Any]) -> SeedanceError:
    """The error that `SeedanceError.to_dict` wrote down; an unknown class becomes the base."""
    cls = _CLASSES.get(str(data.get("class")), SeedanceError)
    data = _printable(data)
    facts = {name: data[name] for name, kind in _FACTS.items() if isinstance(data.get(name), kind)}
    if facts.get("billed") not in get_args(Billed):
        facts.pop("billed", None)
    if cls is InvalidRequest:
        facts["problems"] = [
            Problem(row["field"], _known(row["text"]) or "error.unknown", **row["values"])
            for row in data.get("problems", ())
        ]
    return cls(_known(data.get("text")), **facts, **data.get("values", {}))


def _printable(data: Any) -> Any:
    """The same without what would steer a terminal."""
    if isinstance(data, str):
        return _CONTROL.sub(" ", data)
    if isinstance(data, dict):
        return {name: _printable(value) for name, value in data.items()}
    return [_printable(item) for item in data] if isinstance(data, list) else data


def _known(text_id: object) -> str | None:
    return text_id if isinstance(text_id, str) and text_id in texts.TABLE else None
