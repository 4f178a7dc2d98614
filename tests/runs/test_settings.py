"""The settings: which layer wins, what is chosen by the key, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.secret import Secret
from seedance_nb.runs.settings import EVOLINK, EVOLINK_FILES, Settings, resolve

HERE = Path("/somewhere")


def settle(
    overrides: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    **found: str,
) -> Settings:
    """The settings, as the layers give them."""
    return resolve(overrides or {}, config or {}, environ or {}, cwd=HERE, find_key=found.items)


def test_without_anything_it_is_the_simulator() -> None:
    """No key and no server means the simulator, in `seedance_runs` below the working folder."""
    found = settle()

    assert ("simulator", "", HERE / "seedance_runs") == (found.backend, found.server, found.home)
    assert ("quickstart", "en", 3, "auto", "auto", True) == (
        found.catalog, found.language, found.max_active, found.wait, found.embed, found.reuse,
    )  # fmt: skip
    assert found.trouble is None


def test_the_highest_layer_wins() -> None:
    """`configure` goes before `%config`, that before the environment, that before the default."""
    environ = {"SEEDANCE_NB_CATALOG": "latest", "SEEDANCE_NB_LANGUAGE": "zh", "LANG": "de_DE"}

    assert "2026-08" == settle(environ=environ).catalog
    assert "quickstart" == settle(config={"catalog": "quickstart"}, environ=environ).catalog
    assert "en" == settle({"language": "en"}, {"language": "zh"}, environ).language
    assert "zh" == settle(environ={"LANG": "zh_CN.UTF-8"}).language


def test_a_key_means_live() -> None:
    """A key from any place makes the backend live, and the place is known, not the key."""
    by_env = settle(environ={"EVOLINK_API_KEY": "k1"})
    by_ring = settle(keyring="k2")
    by_call = settle({"api_key": "k3"}, environ={"EVOLINK_API_KEY": "k1"}, keyring="k2")

    assert ["live"] * 3 == [by_env.backend, by_ring.backend, by_call.backend]
    assert ["EVOLINK_API_KEY", "keyring", "configure"] == [
        by_env.key_source, by_ring.key_source, by_call.key_source,
    ]  # fmt: skip
    assert Secret("k3") == by_call.key
    assert "k3" not in repr(by_call)
    assert (EVOLINK, EVOLINK_FILES) == (by_env.base_url, by_env.files_url)


def test_the_simulator_can_be_asked_for() -> None:
    """With `backend="simulator"` a key and a server are left alone."""
    found = settle({"backend": "simulator"}, environ={"EVOLINK_API_KEY": "k"})

    assert "simulator" == found.backend
    assert "" == found.server


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/"])
def test_a_server_is_understood_in_any_spelling(tail: str) -> None:
    """A slash or `/v1` at the end of a base URL makes no other server; uploads are not guessed."""
    found = settle({"base_url": f"https://api.example.org{tail}", "api_key": "k"})

    assert "https://api.example.org" == found.server
    assert found.files_url is None


@pytest.mark.parametrize("url", ["https://api.evolink.ai", "https://API.EvoLink.ai/v1/"])
def test_evolink_is_evolink_also_when_it_is_named(url: str) -> None:
    """Whoever gives its base URL has its uploads, and its jobs, too."""
    found = settle({"base_url": url, "api_key": "k"})

    assert (EVOLINK, EVOLINK_FILES) == (found.base_url, found.files_url)


def test_home_may_lie_in_ones_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`~` is the user's folder, as in a shell, and never a folder of that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert tmp_path / "videos" == settle({"home": "~/videos"}).home
    assert tmp_path / "videos" == settle(environ={"SEEDANCE_NB_HOME": "~/videos"}).home


def test_a_server_without_a_key_is_never_the_simulator() -> None:
    """A base URL without a key is an error that waits until something is to be sent."""
    found = settle(environ={"EVOLINK_BASE_URL": "https://api.example.org"})

    assert "live" == found.backend
    assert "https://api.example.org" in str(found.trouble)
    assert settle({"backend": "live"}).trouble is not None


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"base_url": "http://example.org"}, "unencrypted"),
        ({"base_url": "example.org"}, "not a URL"),
        ({"backend": "sim"}, "'simulator'"),
        ({"catalog": "quickstat"}, "did you mean 'quickstart'"),
        ({"language": "de"}, "en, zh"),
        ({"max_active": 0}, "1 to 10000"),
        ({"time_scale": -1}, "0 to 10"),
        ({"reuse": "perhaps"}, "True or False"),
        ({"hom": "x"}, "did you mean `home`"),
        ({"home": 5}, "path of a folder"),
        ({"home": b"runs"}, "path of a folder"),
        ({"home": "a\0b"}, "path of a folder"),
        ({"max_active": float("inf")}, "1 to 10000"),
    ],
)
def test_a_bad_setting_is_refused(overrides: dict[str, Any], words: str) -> None:
    """Each setting that is not valid is named with its value and the mend."""
    with pytest.raises(ConfigError) as caught:
        settle(overrides)

    assert words in str(caught.value)


@pytest.mark.parametrize("key", ["a key", "密钥", "a\tkey"])
def test_what_is_no_key_is_refused(key: str) -> None:
    """A key with blanks or foreign signs is an error that does not quote it."""
    found = settle(environ={"EVOLINK_API_KEY": key})

    assert "no key" in str(found.trouble)
    assert key not in str(found.trouble)


def test_all_bad_settings_come_at_once() -> None:
    """Three settings that are not valid are one error with three lines."""
    with pytest.raises(ConfigError) as caught:
        settle({"catalog": "x", "max_active": "many", "base_url": "ftp://x"})

    assert 3 == str(caught.value).count("\n  - ")


def test_plain_http_is_for_this_machine() -> None:
    """Http is accepted for loopback hosts only."""
    for host in ("127.0.0.1:8000", "localhost", "[::1]:80"):
        assert settle({"base_url": f"http://{host}", "api_key": "k"}).trouble is None


def test_a_mistyped_cap_in_the_environment_is_refused(tmp_path: Path) -> None:
    """A variable that was probably meant as a cap is an error: without it money would go."""
    for name in ("SEEDANCE_NB_MAX_CREDIT", "SEEDANCE_NB_MAXCREDITS_DAY", "SEEDANCE_NB_CREDITS_MAX"):
        with pytest.raises(ConfigError, match=f"{name}.*SEEDANCE_NB_MAX_CREDITS"):
            resolve({}, {}, {name: "5"}, cwd=tmp_path)


def test_other_mistyped_variables_are_told(tmp_path: Path) -> None:
    """Any other is named with the nearest one; those of others are none of our business."""
    environ = {"SEEDANCE_NB_LANGAUGE": "zh", "SEEDANCE_NB_Q": "1", "SEEDANCE_TEST_X": "1", "X": "1"}
    found = resolve({}, {}, environ, cwd=tmp_path)

    near, far = (problem.text for problem in found.strange)
    assert "SEEDANCE_NB_LANGAUGE" in near
    assert "did you mean SEEDANCE_NB_LANGUAGE?" in near
    assert "SEEDANCE_NB_Q, which is not a setting" in far


def test_a_setting_of_the_other_prefix_is_named(tmp_path: Path) -> None:
    """Who writes the address of the service like the other variables learns its real name."""
    (problem,) = resolve({}, {}, {"SEEDANCE_NB_BASE_URL": "http://x"}, cwd=tmp_path).strange

    assert "did you mean EVOLINK_BASE_URL?" in problem.text
