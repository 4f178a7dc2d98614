"""The table of allowed imports, the sizes of the house style, and what may happen at import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seedance_nb.core import task

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "seedance_nb"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Who may import whom; `runs` starts the simulator by name only, so that stays a peer.
ALLOWED = {
    "core": {"core"},
    "evolink": {"evolink", "core"},
    "runs": {"runs", "evolink", "core"},
    "notebook": {"notebook", "runs", "core"},
    "simulator": {"simulator"},
    "cli": {"cli", "runs", "core", "simulator"},
}
OUTSIDE = {
    "httpx": {"evolink/client.py"},
    "IPython": {"notebook"},
    "ipywidgets": {"notebook"},
    "traitlets": {"notebook"},
    "tornado": {"simulator"},
    "av": {
        "simulator",
        "notebook/poster.py",
        "notebook/thumbnails.py",
        "evolink/probe.py",
        "evolink/fit_clips.py",
        "runs/frames.py",
    },
    "PIL": {
        "simulator",
        "notebook/poster.py",
        "notebook/thumbnails.py",
        "evolink/objects.py",
        "evolink/fit_pictures.py",
        "runs/frames.py",
    },
    "numpy": {"simulator"},
}
HEAVY = ("IPython", "ipywidgets", "httpx", "av", "numpy", "tornado")
MODULE_LINES, FUNCTION_LINES, USUAL_LINES, NESTING, POSITIONAL = 300, 50, 25, 3, 5
TABLES_OF_WORDS = {"core/texts.py"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(module: Path) -> str:
    """A module's path inside the package."""
    return module.relative_to(PACKAGE).as_posix()


def dotted(module: Path) -> str:
    """A module's name inside the package: `core.task`."""
    return ".".join(module.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__")


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def imports(module: Path, within: ast.AST | None = None) -> Iterator[str]:
    """The full names that a module imports anywhere, for type checkers and in functions too."""
    for node in ast.walk(within or tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, f"{place(module)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of_ours(module: Path, within: ast.AST | None = None) -> set[str]:
    """The modules of the package that a module imports: `core.task`."""
    known = {dotted(one) for one in MODULES}
    names = (name.split(".")[1:] for name in imports(module, within) if is_ours(name))
    found = {".".join(parts[:length]) for parts in names for length in (1, 2)}
    return found & known


def is_ours(name: str) -> bool:
    return "seedance_nb" == name.partition(".")[0]


def typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def at_run_time(module: Path) -> ast.Module:
    """A module without what it imports for type checkers only."""
    whole = tree(module)
    whole.body = [node for node in whole.body if not typing_only(node)]
    return whole


def functions(module: Path) -> list[Function]:
    return [node for node in ast.walk(tree(module)) if isinstance(node, Function)]


def docstring(node: ast.AST) -> set[int]:
    """The lines of its docstring."""
    if not isinstance(node, Function | ast.ClassDef | ast.Module) or not ast.get_docstring(node):
        return set()
    return set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))


def code_lines(module: Path) -> set[int]:
    """The lines that are neither blank, comment nor docstring."""
    text = module.read_text("utf-8").splitlines()
    words = set().union(*map(docstring, ast.walk(tree(module))))
    return {
        number
        for number, line in enumerate(text, 1)
        if line.strip() and not line.lstrip().startswith("#") and number not in words
    }


def length(function: Function, lines: set[int]) -> int:
    return len(lines & set(range(function.lineno, (function.end_lineno or 0) + 1)))


def depth(node: ast.AST) -> int:
    """How deep blocks lie in each other; `elif` is no block of its own, an inner function is."""
    deeper = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.Lambda):
            continue
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and [child] == node.orelse
        deepest = max(deepest, depth(child) + (isinstance(child, deeper) and not chained))
    return deepest


def run(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_imports_follow_the_table(module: Path) -> None:
    """A folder imports of ours only what the table allows; the front door is left out of it."""
    folder = dotted(module).partition(".")[0]
    if folder in {"", "__main__"}:
        return

    wrong = {name for name in of_ours(module) if name.partition(".")[0] not in ALLOWED[folder]}

    assert set() == wrong


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_libraries_stay_in_their_places(module: Path) -> None:
    """Each heavy library is imported in one place only, IPython's types excepted at the door."""
    here = place(module)
    seen = at_run_time(module) if "__init__.py" == here else tree(module)
    found = {name.partition(".")[0] for name in imports(module, seen)} & OUTSIDE.keys()

    assert set() == {name for name in found if not OUTSIDE[name] & {here, here.partition("/")[0]}}


def test_a_folder_has_no_circles() -> None:
    """Modules can be put in an order in which each imports only those before it."""
    graph = {
        dotted(module): of_ours(module, at_run_time(module)) - {dotted(module)}
        for module in MODULES
        if "__init__" != module.stem
    }

    order = list(TopologicalSorter(graph).static_order())

    assert set(graph) <= set(order)


def test_importing_does_nothing() -> None:
    """`import seedance_nb` loads no heavy library and starts no thread."""
    code = f"""
import json, sys, threading
import seedance_nb
print(json.dumps([[n for n in {HEAVY!r} if n in sys.modules], threading.active_count()]))
"""
    assert [[], 1] == json.loads(run(code))


def test_importing_any_module_does_nothing() -> None:
    """No module reads the environment, opens a socket or starts a thread while it is imported."""
    names = [f"seedance_nb.{dotted(one)}".strip(".") for one in MODULES if "__main__" != one.stem]
    code = f"""
import importlib, os, sys, threading
seen = []

class Environ(dict):
    def get(self, *args):
        ours(sys._getframe(1), "environ")
        return super().get(*args)
    def __getitem__(self, name):
        ours(sys._getframe(1), "environ")
        return super().__getitem__(name)
    def copy(self):
        ours(sys._getframe(1), "environ")
        return super().copy()

def ours(frame, what):
    while frame:
        if frame.f_globals.get("__name__", "").startswith("seedance_nb"):
            return seen.append((what, frame.f_globals["__name__"]))
        passing = what != "environ" or frame.f_globals.get("__name__") == "os"  # os.getenv
        frame = frame.f_back if passing else None

def audit(event, args):
    if event in ("socket.__new__", "subprocess.Popen"):
        ours(sys._getframe(1), event)

threading.Thread.start = lambda thread: ours(sys._getframe(1), "thread")
os.environ = Environ(os.environ)
sys.addaudithook(audit)
for name in {names!r}:
    importlib.import_module(name)
assert not seen, seen
assert 1 == threading.active_count(), threading.enumerate()
"""
    run(code)


def test_loading_the_extension_is_light() -> None:
    """`%load_ext seedance_nb` loads no HTTP, widget or video library."""
    code = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "seedance_nb")
assert "seedance" in shell.magics_manager.magics["cell"]
print(json.dumps([n for n in ("httpx", "ipywidgets", "av", "numpy") if n in sys.modules]))
"""
    assert [] == json.loads(run(code).splitlines()[-1])


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_modules_are_short(module: Path) -> None:
    """A module has at most 300 lines of code, but for a table of words."""
    if place(module) not in TABLES_OF_WORDS:
        assert len(code_lines(module)) <= MODULE_LINES


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_functions_are_short(module: Path) -> None:
    """No function has more than 50 lines, more than five positional parameters or deep nesting."""
    lines = code_lines(module)

    for function in functions(module):
        given = [*function.args.posonlyargs, *function.args.args]
        given = [one for one in given if one.arg not in {"self", "cls"}]
        assert length(function, lines) <= FUNCTION_LINES, function.name
        assert len(given) <= POSITIONAL, function.name
        assert depth(function) <= NESTING, function.name


def test_most_functions_are_very_short() -> None:
    """Nine functions in ten have at most 25 lines."""
    sizes = [
        length(function, lines)
        for module in MODULES
        for lines in [code_lines(module)]
        for function in functions(module)
    ]

    assert sum(size <= USUAL_LINES for size in sizes) >= 0.9 * len(sizes)


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_final_states_are_listed_once(module: Path) -> None:
    """Which states are final is derived from the table of moves and written down nowhere else."""
    if place(module).startswith(("core/task.py", "simulator/")):
        return
    every, final = set(task.STATUSES), set(task.TERMINAL)

    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = {one.value for one in node.elts if isinstance(one, ast.Constant)}
            assert not final <= words < every, node.lineno


def test_the_public_names_are_sorted_and_real() -> None:
    """`__all__` is in order, is what the package defines for others, and can be had."""
    package = import_module("seedance_nb")
    front = tree(PACKAGE / "__init__.py")
    hooks = {"load_ipython_extension", "unload_ipython_extension"}
    defined = {node.name for node in front.body if isinstance(node, Function)} - hooks
    typed = {
        name.rpartition(".")[2]
        for block in filter(typing_only, front.body)
        for name in imports(PACKAGE / "__init__.py", block)
        if is_ours(name)
    }

    assert sorted(package.__all__) == package.__all__
    assert {name for name in defined | typed if not name.startswith("_")} == set(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
