"""What all tests share: nobody's settings, no network but loopback, and a canary.

The canary is an API key. Wherever a test needs a key it takes this one, and
at the end of the run no file and no output of any test may hold it.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from canary import CANARY
from peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIP = Path(__file__).parent / "data" / "clip.mp4"
MUST_RUN = {"browser", "kernels", "notebooks"}  # in CI a skip of these is a failure
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

_leaks: list[str] = []
_strangers: list[str] = []


class NoNetworkError(Exception):
    """A test reached for another machine; no OSError, so that no code takes it for an outage."""


@dataclass
class Clock:
    """Time that passes only when told to; called, it gives epoch seconds."""

    seconds: float = 1_790_000_000.0

    def __call__(self) -> float:
        """Epoch seconds."""
        return self.seconds

    now = __call__

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for journal and videos."""
    return tmp_path


@pytest.fixture(scope="session")
def canary() -> str:
    """The key that must not turn up anywhere."""
    return CANARY


@pytest.fixture
def peer(canary: str) -> Iterator[Peer]:
    """Another server that speaks the API; its key is the canary."""
    with Peer(CLIP.read_bytes(), key=canary) as server:
        yield server


# --- nobody's settings ----------------------------------------------------------------------------


def pytest_configure() -> None:
    """Take away what the person who runs the tests has set, before any fixture can see it."""
    for name in list(os.environ):
        if name.startswith(("EVOLINK_", "SEEDANCE_NB_")) or name.lower() in PROXIES:
            del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"  # the language of the messages
    # A shell makes what it runs in the background deaf to Ctrl-C, and all that is started there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A busy machine is slow now and then, and CI must say the same twice.
    # How quickly examples are found is the weather's business, not a promise.
    unhurried = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much]
    hypothesis.settings.register_profile(
        "ours",
        deadline=None,
        derandomize=bool(os.environ.get("CI")),
        suppress_health_check=unhurried,
    )
    hypothesis.settings.load_profile("ours")
    socket.socket.connect = _loopback(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _loopback(socket.socket.connect_ex)  # type: ignore[method-assign]
    socket.getaddrinfo = _local_name(socket.getaddrinfo)


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """History, profiles and settings of IPython and Jupyter go where the canary is looked for."""
    base = tmp_path_factory.mktemp("jupyter")
    os.environ["IPYTHONDIR"] = str(base / "ipython")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        os.environ[f"JUPYTER_{name}_DIR"] = str(base / name.lower())


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Each test starts in an empty folder, and what it did to the environment ends with it."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


# --- loopback only --------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def strangers() -> Iterator[list[str]]:
    """Addresses off this machine that the test reached for; any left at its end fails it."""
    _strangers.clear()
    yield _strangers
    if _strangers:
        pytest.fail(f"reached for the network: {', '.join(_strangers)}")


def _loopback(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and not _is_loopback(str(address[0])):
            _strangers.append(str(address[0]))
            raise NoNetworkError(address)
        return connect(self, address)

    return guarded


def _local_name(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not name[0].isdigit() and ":" not in name and not _is_loopback(name):
            _strangers.append(name)
            raise NoNetworkError(name)
        return look_up(host, *args, **kwargs)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- the canary -----------------------------------------------------------------------------------


def leaks_below(folder: Path, key: str) -> list[str]:
    """The files below a folder that hold a key."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [str(path.relative_to(folder)) for path in files if key.encode() in path.read_bytes()]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look through what a test printed and logged; how it failed shows its arguments anyway."""
    if any(CANARY in text for _, text in report.sections):
        _leaks.append(f"the output of {report.nodeid}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look through all files that the tests left; a leak is an error of the run."""
    if hasattr(session.config, "workerinput"):
        return  # the process that started this one looks through everything
    factory: pytest.TempPathFactory = session.config._tmp_path_factory  # type: ignore[attr-defined]
    leaks = _leaks + leaks_below(factory.getbasetemp(), CANARY)
    if not leaks:
        return
    report = pytest.TestReport(
        nodeid="canary",
        location=("tests/conftest.py", 0, "canary"),
        keywords={},
        outcome="failed",
        longrepr="The API key of the tests was found in:\n" + "\n".join(leaks),
        when="teardown",
    )
    session.config.hook.pytest_runtest_logreport(report=report)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED


# --- two processes --------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow ones first; a module stays on one process, as do all that share a JupyterLab."""
    items.sort(key=lambda item: not MUST_RUN & {mark.name for mark in item.iter_markers()})
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        group = "browser" if item.get_closest_marker("browser") else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


# --- in CI nothing important is skipped -----------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A skipped test of the browser, the kernels or the notebooks has failed, in CI."""
    report = yield
    marks = {mark.name for mark in item.iter_markers()}
    if report.skipped and os.environ.get("CI") and marks & MUST_RUN:
        report.outcome = "failed"
        report.longrepr = f"may not be skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """Likewise where a whole module skips itself."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"may not be skipped in CI: {report.longrepr}"
    return report
