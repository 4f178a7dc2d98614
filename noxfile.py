"""Everything that is run in development; `nox -l` lists it, continuous integration runs `tests`.

Every install is held to the exact versions of `constraints.txt`; `nox -s pins` refreshes them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.sessions = ["tests"]

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "constraints.txt"
BINDER = ROOT / "binder" / "requirements.txt"
PROJECT = ("-e", ".[media,lab]")
TOOLS = ("--group", "dev")
# The kernels that people meet, each with the versions that differ from the pinned ones: the last
# of the 6 series with the last IPython 8, and the one that Binder's base image comes with.
KERNELS = {
    "7.4.0": ("ipykernel==7.4.0",),
    "6.31.0": ("ipykernel==6.31.0", "ipython==8.39.0", "nest-asyncio==1.6.0"),
    "7.0.1": ("ipykernel==7.0.1", "ipython==9.6.0", "nest-asyncio==1.6.0"),
}
PROXIES = dict.fromkeys(
    name for stem in ("http_proxy", "https_proxy", "all_proxy") for name in (stem, stem.upper())
)

# Nobody's key is ever spent, and nobody's settings change a result.
for _name in [name for name in os.environ if name.startswith(("EVOLINK_", "SEEDANCE_NB_"))]:
    del os.environ[_name]
os.environ["UV_BUILD_CONSTRAINT"] = str(CONSTRAINTS)


@nox.session
def demo(session: nox.Session) -> None:
    """The quickstart from end to end on the simulator, into ./seedance_demo/."""
    install(session, *PROJECT)
    session.run("seedance-nb", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All checks and all tests."""
    install(session, *PROJECT, *TOOLS)
    lint_all(session)
    session.run("mypy")
    pythons = {
        "KERNEL_PYTHONS": json.dumps(kernel_pythons(session)),
        "BINDER_PYTHON": binder_python(session),
    }
    # Most of the time is spent waiting: for kernels, pages and simulated tasks.
    pytest(session, "-n2", "--dist=loadgroup", "--no-loadscope-reorder", **pythons)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: all rules, and the format."""
    install(session, "ruff")
    lint_all(session)


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict."""
    install(session, *PROJECT, *TOOLS)
    session.run("mypy", *session.posargs)


@nox.session
def kernels(session: nox.Session) -> None:
    """The same notebook on each kernel of the table."""
    install(session, *PROJECT, *TOOLS)
    pytest(session, "tests/kernels", KERNEL_PYTHONS=json.dumps(kernel_pythons(session)))


@nox.session
def browser(session: nox.Session) -> None:
    """JupyterLab and Notebook 7 in headless Chromium, with each kernel of the table."""
    install(session, *PROJECT, *TOOLS)
    pytest(session, "-m", "browser", KERNEL_PYTHONS=json.dumps(kernel_pythons(session)))


@nox.session
def soak(session: nox.Session) -> None:
    """The long form of what `tests` runs a sample of: 500 jobs, a hundred kernels killed."""
    install(session, *PROJECT, *TOOLS)
    pytest(session, "tests/faults/test_soak.py", SOAK_JOBS="500", SOAK_KILLS="100")


@nox.session
def notebooks(session: nox.Session) -> None:
    """The lessons, each from its first cell to its last, here and with Binder's versions."""
    install(session, *PROJECT, *TOOLS)
    places = ("tests/notebooks", "tests/test_binder.py")
    pytest(session, *places, BINDER_PYTHON=binder_python(session))


@nox.session
def benchmarks(session: nox.Session) -> None:
    """What things cost, as ratios, with generous bounds."""
    install(session, *PROJECT, *TOOLS)
    pytest(session, "-s", *map(str, sorted(ROOT.glob("tests/benchmarks/bench_*.py"))))


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, built, installed without any extra, and tried out."""
    install(session, "build", *TOOLS)
    dist = Path(session.create_tmp(), "dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv", f"--outdir={dist}")
    [built] = dist.glob("*.whl")
    install(session, "--reinstall-package=seedance-nb", str(built))
    pytest(session, "tests/core", "tests/test_project.py")
    session.run("seedance-nb", "doctor", env=PROXIES)


@nox.session
def pins(session: nox.Session) -> None:
    """Refresh constraints.txt, and Binder's pins from it."""
    session.run(
        "uv", "pip", "compile", "pyproject.toml", "--all-extras", "--group=dev", "--universal",
        "--python-version=3.11", "--fork-strategy=fewest", "--upgrade", "--no-annotate",
        "--no-header", "--quiet", f"--output-file={CONSTRAINTS}", *session.posargs, silent=True,
    )  # fmt: skip
    versions = pinned()
    BINDER.write_text(
        re.sub(
            r"^([\w-]+)==\S+",
            lambda pin: f"{pin[1]}=={versions[pin[1]]}",
            BINDER.read_text("utf-8"),
            flags=re.MULTILINE,
        ),
        "utf-8",
    )


def lint_all(session: nox.Session) -> None:
    """Ruff's rules, then its format."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


def install(session: nox.Session, *requirements: str) -> None:
    """Install into the session's own environment."""
    session.install("-c", str(CONSTRAINTS), *requirements)


def pytest(session: nox.Session, *arguments: str, **environ: str) -> None:
    """Run tests; what the command line says after `--` comes last."""
    session.run("pytest", *arguments, *session.posargs, env={**PROXIES, **environ})


def kernel_pythons(session: nox.Session) -> dict[str, str]:
    """One environment a kernel: its version, and the Python that has it."""
    return {
        version: environment(session, f"kernel-{version}", *requirements, "-e", ".[media]")
        for version, requirements in KERNELS.items()
    }


def binder_python(session: nox.Session) -> str:
    """The Python of an environment that has what Binder installs, and nothing else."""
    return environment(session, "binder", "-r", str(BINDER))


def environment(session: nox.Session, name: str, *requirements: str) -> str:
    """Make an environment beside the session's own; gives its Python.

    A version among the requirements goes before that of `constraints.txt`.
    """
    place = Path(session.cache_dir, name).resolve()
    own = {line.partition("==")[0] for line in requirements if "==" in line}
    lines = CONSTRAINTS.read_text("utf-8").splitlines(keepends=True)
    rest = Path(session.create_tmp(), f"{name}.txt")
    rest.write_text("".join(line for line in lines if line.partition("==")[0] not in own), "utf-8")
    python = str(place / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    installing = ("-q", "-c", str(rest.resolve()), *requirements)
    if session.venv_backend == "uv":
        session.run("uv", "venv", "-q", "--clear", "--python=python", str(place))
        session.run("uv", "pip", "install", f"--python={python}", *installing)
    else:
        session.run("python", "-m", "venv", "--clear", str(place))
        session.run(python, "-m", "pip", "install", *installing, external=True)
    return python


def pinned() -> dict[str, str]:
    """Name and version of each line of `constraints.txt`."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    pins = (line.partition(";")[0].strip().partition("==") for line in lines)
    return {name: version for name, _, version in pins}
