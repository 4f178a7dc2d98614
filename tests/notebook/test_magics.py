"""`%%seedance` and `%seedance` in a fresh IPython."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError, InvalidRequest, SubmitUncertain, TaskFailed
from seedance_nb.evolink.protocol import TaskRow
from seedance_nb.notebook import magics
from seedance_nb.notebook.help import VERBS, help_page
from seedance_nb.runs import settings
from seedance_nb.runs.interrupt import Interrupted
from seedance_nb.runs.job import Job, Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.library import Video


# --- cells ----------------------------------------------------------------------------------------


def test_a_cell_asks_for_what_it_says(run: Callable[[str], Any], session: Any) -> None:
    """Options and prompt become one request, with the cell that asked."""
    result = run("%%seedance -d 8 -q 480p --takes 2 --new\na kite {{over}} $5 {\nsecond line")

    (asked,) = session.asked
    assert result.success
    assert result.result is None
    assert "a kite {over} $5 {\nsecond line" == asked["request"].prompt
    assert (8, "480p") == (asked["request"].duration, asked["request"].quality)
    assert (2, True) == (asked["takes"], asked["new"])
    known = {"front_end", "kind", "number", "sha256", "source", "variables"}
    assert known == asked["cell"].keys()
    assert 1 == asked["cell"]["number"]


def test_a_name_is_bound_at_once(run: Callable[[str], Any], shell: Any, shown: Any) -> None:
    """NAME is the job while it runs; several takes are `Jobs`, each with a panel."""
    run("%%seedance dog\na dog")
    run("%%seedance cats --takes 3\na cat")

    assert isinstance(shell.user_ns["dog"], Job)
    assert "queued" == shell.user_ns["dog"].status
    assert isinstance(shell.user_ns["cats"], Jobs)
    assert 4 == len(shown.saved)


def test_a_refused_request_removes_the_name(
    run: Callable[[str], Any], shell: Any, session: Any
) -> None:
    """No later cell can use the job of an earlier run by mistake."""
    for source in ("%%seedance dog -d 99\na dog", "%%seedance dog --nonsense\na dog",
                   "%%seedance dog 'open\na dog", "%%seedance dog -d\na dog"):  # fmt: skip
        shell.user_ns["dog"] = "stale"
        result = run(source)

        assert isinstance(result.error_in_exec, InvalidRequest)
        assert not result.success
        assert "dog" not in shell.user_ns
    session.refusal = SubmitUncertain(job="kite2345")
    shell.user_ns["dog"] = "stale"
    assert isinstance(run("%%seedance dog\na dog").error_in_exec, SubmitUncertain)
    assert "dog" not in shell.user_ns
    assert [] == session.asked


@pytest.mark.parametrize(
    "name", ["__import__('os')", "a.b", "a-b", "3d", "'a b'", "x=1", "../x", "{dog}"]
)
def test_hostile_names_are_refused(
    name: str, run: Callable[[str], Any], shell: Any, session: Any
) -> None:
    """What is no name of a variable is a problem, not an assignment."""
    before = set(shell.user_ns)
    result = run(f"%%seedance {name}\na dog")
    new = {key for key in shell.user_ns.keys() - before if not key.startswith("_")}

    assert isinstance(result.error_in_exec, InvalidRequest)
    assert [] == session.asked
    assert set() == new


def test_errors_are_short_and_fail_the_cell(
    run: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """All problems at once, without a traceback; Run All stops there."""
    result = run("%%seedance dog -d 99 -q 720P --durration 3\n{dgo}")
    out = capsys.readouterr().out

    assert not result.success
    assert 4 == len(result.error_in_exec.problems)
    assert "did you mean --duration?" in out
    assert "did you mean '720p'?" in out
    assert "Traceback" not in out


def test_variables_go_into_prompt_and_options(
    run: Callable[[str], Any], shell: Any, session: Any
) -> None:
    """`{name}` is the variable, in the text and as a value; lists give several inputs."""
    shell.user_ns |= {"animal": "heron", "frames": ["https://a.example/1.png"], "n": 7}
    run("%%seedance -d {n} --image {frames}\na {animal} lands")

    request = session.asked[0]["request"]
    assert ("a heron lands", 7) == (request.prompt, request.duration)
    assert ("https://a.example/1.png",) == tuple(request.images)


def test_a_key_in_the_cell_is_refused(
    run: Callable[[str], Any], shell: Any, session: Any, canary: str
) -> None:
    """A key written out, or in a variable that is used, never becomes part of a request."""
    literal = run(f"%%seedance\na dog {canary}")
    shell.user_ns["k"] = canary
    by_variable = run("%%seedance\na dog {k}")
    line = run(f"%seedance show {canary}")

    assert isinstance(literal.error_in_exec, ConfigError)
    assert isinstance(by_variable.error_in_exec, InvalidRequest)
    assert isinstance(line.error_in_exec, ConfigError)
    assert canary not in f"{literal.error_in_exec}{by_variable.error_in_exec}"
    assert [] == session.asked
    del shell.user_ns["k"]


def test_a_dry_run_sends_nothing_and_shows_everything(
    run: Callable[[str], Any],
    shell: Any,
    session: Any,
    capsys: pytest.CaptureFixture[str],
    canary: str,
) -> None:
    """The exact body, a curl that takes the key from the environment, digest and estimate."""
    run("%%seedance dog -d 8 --dry-run --takes 2\nit's a dog")
    out = capsys.readouterr().out

    assert [] == session.asked
    assert "dog" not in shell.user_ns
    assert '"model": "seedance-2.0-text-to-video"' in out
    assert "POST https://api.evolink.ai/v1/videos/generations" in out
    assert "$EVOLINK_API_KEY" in out
    assert "it'\"'\"'s a dog" in out
    assert "Digest: sha256:" in out
    assert "2 times" in out
    assert canary not in out


def test_quiet_shows_nothing_and_still_copies(
    run: Callable[[str], Any], shell: Any, shown: Any, video: Video, tmp_path: Any
) -> None:
    """`--quiet` leaves the cell empty; `-o` works without waiting and without a panel."""
    run(f"%%seedance dog --quiet -o {tmp_path}/out.mp4\na dog")
    job = shell.user_ns["dog"]
    job.become(job.state.with_(status="completed", videos=(video,)))

    assert [] == shown
    assert (tmp_path / "out.mp4").read_bytes() == video.path.read_bytes()


def test_copies_are_numbered_as_the_takes_are(
    run: Callable[[str], Any],
    session: Any,
    make_job: Callable[..., Job],
    video: Video,
    tmp_path: Any,
) -> None:
    """The copy of the second take is `-2`, also when it is done first; a folder keeps names."""
    for place in ("out.mp4", "folder/"):
        made = Jobs([make_job(id=name, status="processing") for name in ("kite2345", "lamp2345")])
        session.generate = lambda *_, made=made, **__: made
        run(f"%%seedance two --takes 2 --no-wait -o {tmp_path}/{place}\na dog")
        made[1].become(made[1].state.with_(status="completed", videos=(video,)))

    copies = {*tmp_path.rglob("*.mp4")} - {video.path}
    assert {tmp_path / "out-2.mp4", tmp_path / "folder" / video.path.name} == copies


def test_a_cell_that_waits_ends_with_the_job(
    run: Callable[[str], Any], session: Any, make_job: Callable[..., Job], video: Video
) -> None:
    """With --wait a good end is a good cell, and a failed task is a failed cell."""
    good = make_job(status="completed", videos=(video,))
    bad = make_job(status="failed", error=TaskFailed(detail="unsafe"))
    session.generate = lambda *_, **__: good
    assert run("%%seedance --wait\na dog").success
    session.generate = lambda *_, **__: bad
    assert isinstance(run("%%seedance bad --wait\na dog").error_in_exec, TaskFailed)


def test_an_interrupt_ends_the_waiting_with_one_line(
    run: Callable[[str], Any],
    shell: Any,
    session: Any,
    make_job: Callable[..., Job],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The line says that the job goes on and how to get it back; the name stays bound."""

    class Impatient(Job):
        def wait(self, timeout: float | None = None) -> Job:
            raise KeyboardInterrupt

    calm = make_job(status="processing")
    job = Impatient(calm.state, calm._keeper)
    job.flow = calm.flow
    calm.flow.over = True  # type: ignore[union-attr]
    session.generate = lambda *_, **__: job
    result = run("%%seedance dog --wait\na dog")
    printed = capsys.readouterr()

    assert isinstance(result.error_in_exec, Interrupted)
    assert shell.user_ns["dog"] is job
    assert "kite2345 goes on" in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


def test_an_interrupt_of_the_asking_says_where_to_look(
    run: Callable[[str], Any], shell: Any, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the simulator starts, for instance: one line, no traceback, and no name bound."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    session.generate = interrupted
    result = run("%%seedance dog\na dog")
    printed = capsys.readouterr()

    assert isinstance(result.error_in_exec, Interrupted)
    assert "dog" not in shell.user_ns
    assert "`%seedance resume` goes on" in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


# --- help, settings, loading ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["%seedance", "%seedance help", "%seedance -h", "%seedance --help"]
)
def test_help_is_a_page(
    line: str, run: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every way of asking shows usage, examples, all options and all verbs."""
    run(line)
    page = capsys.readouterr().out

    for word in (*VERBS, "--duration", "--takes", "--dry-run", "%%seedance [NAME] [options]"):
        assert word in page


def test_question_mark_shows_the_page_in_the_language_in_use(
    run: Callable[[str], Any], shell: Any
) -> None:
    """`%%seedance?` is that page, too."""
    found = shell.object_inspect("%%seedance")
    texts.use("zh")
    chinese = shell.object_inspect("%%seedance")

    assert "%%seedance [NAME] [options]" in found["docstring"]
    assert "%%seedance [变量名] [选项]" in chinese["docstring"]
    assert help_page() == chinese["docstring"]


def test_settings_can_be_changed_by_config(
    run: Callable[[str], Any], sessions: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%config` reaches the session; a value that is not valid is refused and forgotten."""
    run("%config SeedanceMagics.embed = 'always'")
    run("%seedance config")
    assert {"embed": "always"} == sessions.config
    run("%config SeedanceMagics.wait = 'sometimes'")
    assert {"embed": "always"} == sessions.config


def test_every_setting_is_a_trait() -> None:
    """`%config` knows all settings; of the key it knows only how to refuse one."""
    traits = set(magics.SeedanceMagics.class_traits(config=True))

    assert {*settings.NAMES, "api_key"} == traits


def test_unloading_takes_out_all_that_loading_put_in(shell: Any) -> None:
    """Loading and unloading are symmetric, and can be repeated."""

    def traces() -> tuple[Any, ...]:
        manager = shell.magics_manager
        names = [sorted(manager.magics[kind]) for kind in ("line", "cell")]
        matchers = shell.Completer.custom_matchers
        kinds = [type(one).__name__ for one in shell.configurables]
        return names, sorted(manager.registry), list(matchers), kinds

    shell.run_line_magic("load_ext", "os")  # IPython makes its own part for this at first use
    before = traces()
    for _ in range(2):
        shell.run_line_magic("load_ext", "seedance_nb")
        assert "seedance" in shell.magics_manager.magics["cell"]
        assert before != traces()
        shell.run_line_magic("unload_ext", "seedance_nb")
        assert before == traces()


def test_loading_is_light() -> None:
    """`%load_ext` loads neither the HTTP library nor widgets nor anything that renders."""
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S; "
        "from traitlets.config import Config as C; c = C(); "
        "c.HistoryManager.hist_file = ':memory:'; "
        "S(config=c).run_line_magic('load_ext', 'seedance_nb'); "
        "print([m for m in ('httpx', 'ipywidgets', 'av', 'numpy', 'seedance_nb.runs.session', "
        "'seedance_nb.simulator') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert "[]" == done.stdout.strip()


def test_loading_tells_what_is_left_to_resume(
    shell: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job whose session died without an end is counted in one line; the others are not."""
    folder = tmp_path / "seedance_runs" / "journal"
    folder.mkdir(parents=True)
    lines = [
        '{"v":1,"session":"dead-1","seq":1,"time":"2026-11-22T10:00:00.000Z","event":"asked",'
        f'"job":"{job}","gen":0,"backend":"simulator","digest":"d"}}\n'
        for job in ("kite2345", "lamp2345")
    ]
    end = lines[1].replace('"asked"', '"cancelled"').replace('"seq":1', '"seq":9')
    (folder / "dead-1.open.jsonl").write_text("".join([*lines, end]))
    shell.run_line_magic("load_ext", "seedance_nb")

    assert "1 job of an earlier session" in capsys.readouterr().out


# --- verbs ----------------------------------------------------------------------------------------


def test_an_unknown_verb_is_met_with_the_nearest(run: Callable[[str], Any]) -> None:
    """A near miss names the verb that was meant, anything else the whole list."""
    near = run("%seedance resme").error_in_exec
    far = run("%seedance a golden dog").error_in_exec

    assert isinstance(near, ConfigError)
    assert "did you mean 'resume'?" in str(near)
    assert "`%%seedance`" in str(far)
    assert "jobs, show, wait" in str(far)


@pytest.mark.parametrize("line", ["stop", "show a b", "jobs all", "adopt", "login sk-1", "again"])
def test_verbs_want_their_words(line: str, run: Callable[[str], Any]) -> None:
    """A word too many or too few is a clear error, which does not repeat the word."""
    error = run(f"%seedance {line}").error_in_exec

    assert isinstance(error, ConfigError)
    assert "sk-1" not in str(error)


def test_jobs_are_listed_with_hostile_prompts_as_text(
    run: Callable[[str], Any],
    session: Any,
    make_job: Callable[..., Job],
    shown: Any,
) -> None:
    """What runs comes first, each in one row, whatever is in it."""
    hostile = make_job(
        "<b>\nnot\0bold", id="lamp2345", status="failed", error=TaskFailed(detail="no")
    )
    session.kept = Jobs([make_job(status="processing"), hostile])
    run("%seedance jobs")
    lines = shown[-1].plain.splitlines()

    assert 3 == len(lines)
    assert lines[0].startswith("Job ")
    assert lines[1].startswith("kite2345  In the making")
    assert lines[2].startswith("lamp2345  Failed")
    assert "\0" not in lines[2]


def test_an_empty_folder_is_said_to_be_empty(
    run: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """No jobs is no error for a list."""
    assert run("%seedance jobs").success
    assert "no jobs" in capsys.readouterr().out


def test_show_displays_the_latest_or_the_one_that_is_named(
    run: Callable[[str], Any], session: Any, make_job: Callable[..., Job], shown: Any
) -> None:
    """A beginning of the id is enough."""
    session.kept = Jobs([make_job(status="failed", error=TaskFailed(detail="no")),
                         make_job(id="lamp2345", status="cancelled")])  # fmt: skip
    run("%seedance show")
    run("%seedance show kit")

    assert ["lamp2345", "kite2345"] == [output.plain.split()[0] for output in shown]


def test_a_verb_takes_the_name_of_a_variable_too(
    run: Callable[[str], Any], shell: Any, make_job: Callable[..., Job], keeper: Any, shown: Any
) -> None:
    """The name that a cell bound is as good as the id; `Jobs` mean all of them."""
    shell.user_ns["pair"] = Jobs([make_job(), make_job(id="lamp2345")])
    run("%seedance show pair")
    run("%seedance stop pair")

    assert 2 == len(shown.saved)
    assert ["kite2345", "lamp2345"] == keeper.halted


def test_stop_says_what_it_means(
    run: Callable[[str], Any],
    session: Any,
    make_job: Callable[..., Job],
    keeper: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Stopping a live task says that it runs on and is billed; an ended one is left alone."""
    session.kept = Jobs([make_job(status="processing", backend="live"),
                         make_job(id="lamp2345", status="cancelled")])  # fmt: skip
    run("%seedance stop kite2345")
    run("%seedance stop lamp2345")
    out = capsys.readouterr().out

    assert ["kite2345"] == keeper.halted
    assert "is billed" in out
    assert "nothing to stop" in out


def test_again_shows_the_new_job(
    run: Callable[[str], Any], session: Any, make_job: Callable[..., Job], keeper: Any, shown: Any
) -> None:
    """The panel is that of the job that was made."""
    session.kept = Jobs([make_job(status="failed", error=TaskFailed(detail="no"))])
    keeper.made = make_job(id="lamp2345", status="queued")
    run("%seedance again kite2345")

    assert "lamp2345" in shown.saved[0].plain


def test_resume_shows_each_job_or_says_that_there_is_none(
    run: Callable[[str], Any],
    session: Any,
    make_job: Callable[..., Job],
    shown: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One panel a job; an empty folder gets one line."""
    run("%seedance resume")
    session.kept = Jobs([make_job(status="processing"), make_job(id="lamp2345")])
    run("%seedance resume")

    assert "nothing to resume" in capsys.readouterr().out
    assert 2 == len(shown.saved)


def test_login_keeps_the_key_and_never_shows_it(
    run: Callable[[str], Any], sessions: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key is asked for without echo and handed on as a secret."""
    run("%seedance login")
    (given,) = sessions.configured

    assert "sk-new-key" == given["api_key"].reveal()
    assert "sk-new-key" not in capsys.readouterr().out


def test_an_interrupted_login_changes_nothing(
    run: Callable[[str], Any], sessions: Any, shell: Any
) -> None:
    """Who thinks better of it reads one line, and goes on with the key that was."""

    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    shell.magics_manager.registry["SeedanceMagics"]._ask = interrupt
    result = run("%seedance login")

    assert "nothing changed" in str(result.error_in_exec)
    assert [] == sessions.configured


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("models", ["seedance-2.0-fast-image-to-video", "480p, 720p"]),
        ("credits", ["99,416.44", "1,095.40", "play money"]),
        ("config", ["max_active", "api_key"]),
    ],
)
def test_tables_of_facts(
    verb: str,
    words: list[str],
    run: Callable[[str], Any],
    capsys: pytest.CaptureFixture[str],
    canary: str,
) -> None:
    """Models, balance and settings are tables; the key is not in them."""
    assert run(f"%seedance {verb}").success
    out = capsys.readouterr().out

    assert all(word in out for word in words)
    assert canary not in out


def test_a_mistyped_job_is_met_with_the_nearest(
    run: Callable[[str], Any], session: Any, make_job: Callable[..., Job]
) -> None:
    """A job id with a slip in it is refused with the one that was probably meant."""
    session.kept = Jobs([make_job(id="kite2345"), make_job(id="lamp6789")])
    result = run("%seedance show kitte2345")

    assert "did you mean kite2345" in str(result.error_in_exec)


def test_show_lists_what_an_uncertain_request_may_have_made(
    run: Callable[[str], Any],
    session: Any,
    make_job: Callable[..., Job],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The account's tasks that fit stand under the panel, each with the line that adopts it."""
    row = TaskRow(task_id="task-unified-7-kite", model="m", word="processing", created=1.0)
    error = SubmitUncertain(job="kite2345", detail="-")
    session.kept = Jobs([make_job(status="uncertain", error=error)])
    session.candidates = lambda _: [row]

    run("%seedance show kite2345")

    assert "%seedance adopt task-unified-7-kite kite2345" in capsys.readouterr().out
