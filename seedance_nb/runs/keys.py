"""Where a key may be kept besides settings and environment: Colab's secrets and the keyring."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, cast

from seedance_nb.core.errors import ConfigError

if TYPE_CHECKING:
    from seedance_nb.core.secret import Secret

NAME = "EVOLINK_API_KEY"
SERVICE = "seedance_nb"


def from_colab() -> str | None:
    """The key among Colab's secrets; a blocking question to the page, so asked once."""
    if "google.colab" not in sys.modules:
        return None
    try:
        userdata = importlib.import_module("google.colab.userdata")
        return cast("str | None", userdata.get(NAME))
    except Exception:  # noqa: BLE001 - Colab's own error classes exist nowhere else
        return None


def from_keyring() -> str | None:
    """The key in the keyring, where one is installed and works."""
    try:
        keyring = importlib.import_module("keyring")
        return cast("str | None", keyring.get_password(SERVICE, NAME))
    except Exception:  # noqa: BLE001 - not installed, or each keyring's own error: then no key
        return None


def keep(key: Secret) -> None:
    """Put a key into the keyring.

    Raises:
        ConfigError: No keyring is installed, or it cannot be used.
    """
    try:
        keyring = importlib.import_module("keyring")
        keyring.set_password(SERVICE, NAME, key.reveal())
    except Exception as error:  # noqa: BLE001 - each keyring raises its own
        reason = type(error).__name__
    else:
        return
    # Outside the handler: the frames of a keyring hold the key.
    raise ConfigError("error.keyring", reason=reason)
