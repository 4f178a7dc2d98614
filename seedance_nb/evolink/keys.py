"""The key of a client, and hiding it: what came from outside may quote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import AuthError
from seedance_nb.core.secret import is_distinct, is_sendable

if TYPE_CHECKING:
    from seedance_nb.core.secret import Secret


class Keys:
    """The key in use, and those that were: an old one is no less secret."""

    def __init__(self, key: Secret) -> None:
        self.current = key
        self._known = [key]

    def use(self, key: Secret) -> None:
        """Go on with another one."""
        self.current = key
        if key not in self._known:
            self._known.append(key)

    def check(self) -> None:
        """Refuse a key that the HTTP library would refuse, since it would quote it.

        Raises:
            AuthError: No header can hold it.
        """
        if not is_sendable(self.current.reveal()):
            raise AuthError("error.auth.shape", retryable=False)

    def hide(self, value: Any) -> Any:
        """A text without the keys; a toy key may be a common word, and is left alone."""
        for key in self._known if isinstance(value, str) else ():
            value = key.redact(value) if is_distinct(key.reveal()) else value
        return value
