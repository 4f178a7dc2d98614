"""A real JupyterLab in a real Chromium: one of each for all tests of this folder."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import canary
import pytest
from browser.lab import VIEWPORT, Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 60  # seconds
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    for module in ("jupyterlab", "playwright"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return found or pytest.skip("Chromium is not installed")


@pytest.fixture(scope="session")
def server(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, Path]]:
    """A JupyterLab without any past: its address, its token and the folder that it shows."""
    place = tmp_path_factory.mktemp("lab", numbered=False)
    root = place / "notebooks"
    root.mkdir()
    token = uuid.uuid4().hex
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (place / "server.log").open("wb") as log:
        running = subprocess.Popen(
            _command(place, root, port, token), env=_environment(place), stdout=log, stderr=log
        )
        try:
            _await_answer(f"{url}/api/status?token={token}", running, place / "server.log")
            yield url, token, root
        finally:
            running.terminate()  # shuts down its kernels
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


# Not for the whole session: Playwright keeps an event loop running, over which others stumble.
@pytest.fixture(scope="module")
def page(chromium: str, server: tuple[str, str, Path]) -> Iterator[Page]:
    """A page of JupyterLab."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may not be installed

    url, token, _ = server
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            page = browser.new_page(viewport=VIEWPORT)
            page.set_default_timeout(PATIENCE * 1000)
            page.goto(f"{url}/lab?token={token}&reset")
            yield page
        finally:
            browser.close()


@pytest.fixture
def lab(
    page: Page,
    server: tuple[str, str, Path],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Lab]:
    """JupyterLab, and a folder of its own for the test; a screenshot is left behind."""
    url, token, root = server
    shots = Path(os.environ.get("SEEDANCE_TEST_SHOTS") or tmp_path)
    folder = root / uuid.uuid4().hex[:8]
    folder.mkdir()
    lab = Lab(page, url=url, token=token, root=root, folder=folder, shots=shots)
    try:
        yield lab
    finally:
        lab.shoot(request.node.name)
        lab.tidy_up()


def _command(place: Path, root: Path, port: int, token: str) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        "--allow-root",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.port_retries=0",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        f"--LabApp.workspaces_dir={place / 'workspaces'}",
        f"--LabApp.user_settings_dir={place / 'settings'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _environment(place: Path) -> dict[str, str]:
    """Folders of its own, this interpreter with this checkout as the kernel, a key to look for."""
    config = place / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps(NO_NEWS))
    # Besides this interpreter, the kernels of `nox -s kernels`, where they are.
    others: dict[str, str] = json.loads(os.environ.get("KERNEL_PYTHONS") or "{}")
    pythons = {"python3": sys.executable, **{f"kernel-{v}": python for v, python in others.items()}}
    for name, python in pythons.items():
        kernel = place / "share" / "kernels" / name
        kernel.mkdir(parents=True)
        launch = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        shown = "Python 3 (ipykernel)" if name == "python3" else name
        spec = {"argv": launch, "display_name": shown, "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(spec))
    return {
        **os.environ,
        "JUPYTER_PATH": str(place / "share"),
        "JUPYTER_CONFIG_DIR": str(place / "config"),
        "JUPYTER_DATA_DIR": str(place / "data"),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "IPYTHONDIR": str(place / "ipython"),
        "PYTHONPATH": str(CHECKOUT),
        "EVOLINK_API_KEY": canary.CANARY,
        "SEEDANCE_NB_BACKEND": "simulator",
        "SEEDANCE_NB_LANGUAGE": "en",
        "SEEDANCE_NB_TIME_SCALE": "0.02",  # a task takes two or three seconds
    }


def _await_answer(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    opener = build_opener(ProxyHandler({}))
    while time.monotonic() < until and running.poll() is None:
        try:
            with opener.open(url, timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.05)
    pytest.fail(f"JupyterLab did not come up:\n{log.read_text(errors='replace')}")
