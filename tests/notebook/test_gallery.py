"""The gallery: what sets jobs apart, how they fill in, and what plays."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pages import HOSTILE, read

import seedance_nb
from seedance_nb.core import texts
from seedance_nb.core.apart import differing
from seedance_nb.core.errors import ConfigError, TaskFailed
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest
from seedance_nb.notebook.gallery import gallery_html, gallery_text
from seedance_nb.notebook.gallery_live import LATEST, MOST, Gallery, latest, make_gallery
from seedance_nb.notebook.gallery_state import gallery_state
from seedance_nb.notebook.poster import poster
from seedance_nb.notebook.video import Clip
from seedance_nb.runs.job import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.job import Job
    from seedance_nb.runs.library import Video
    from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
WIDGET = "application/vnd.jupyter.widget-view+json"
CLIP = Path(__file__).parents[1] / "data" / "clip.mp4"
PICTURE = "https://example.com/pictures/bud.jpg"
SIDES: dict[str, Any] = {"size": 9, "format": "png", "width": 640, "height": 480}
DAY = Media(sha256="d" * 64, name="day.png", **SIDES)
NIGHT = Media(sha256="e" * 64, name="night.png", **SIDES)


# --- what sets them apart -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([{}, {}], [(), ()]),
        ([{"duration": 5}, {"duration": 8}], [(("duration", "5"),), (("duration", "8"),)]),
        ([{"tier": "fast"}, {}], [(("tier", "fast"),), (("tier", "standard"),)]),
        ([{"generate_audio": False}, {}],
         [(("generate_audio", "no"),), (("generate_audio", "yes"),)]),
        ([{"images": [PICTURE]}, {"images": [f"{PICTURE}.png"]}],
         [(("images", "bud.jpg"),), (("images", "bud.jpg.png"),)]),
        ([{"images": [DAY]}, {"images": [NIGHT]}],
         [(("images", "day.png (dddddddd)"),), (("images", "night.png (eeeeeeee)"),)]),
        ([{"quality": "480p", "duration": 4}, {"quality": "720p", "duration": 4}],
         [(("quality", "480p"),), (("quality", "720p"),)]),
    ],
)  # fmt: skip
def test_captions_show_only_what_differs(
    fields: list[dict[str, Any]], expected: list[tuple[tuple[str, str], ...]]
) -> None:
    """A field that all share is no part of a caption; a model that follows from another neither."""
    assert expected == differing([VideoRequest("a kite", **given) for given in fields])


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        (["a red ball rolls", "a blue ball rolls"], ["a red ball rolls", "a blue ball rolls"]),
        (["a paper boat sails down a rainy street at dusk in the old town",
          "a paper boat sails down a sunny street at dusk in the old town"],
         ["…down a rainy street…", "…down a sunny street…"]),
        (["一只金毛犬跑过阳光下的草地，电影感慢镜头", "一只金毛犬跑过月光下的草地，电影感慢镜头"],
         ["一只金毛犬跑过阳光下的草地，电影感慢镜头", "一只金毛犬跑过月光下的草地，电影感慢镜头"]),
        (["a kite", "a kite in the wind"], ["a kite", "a kite in the wind"]),
        (["aa", "aaa"], ["aa", "aaa"]),
    ],
)  # fmt: skip
def test_of_long_prompts_the_different_part_is_shown(
    prompts: list[str], expected: list[str]
) -> None:
    """With a little of what stands around it, cut between words."""
    found = differing([VideoRequest(prompt) for prompt in prompts])

    assert expected == [dict(caption)["prompt"] for caption in found]


def test_a_task_from_elsewhere_has_no_caption() -> None:
    """What was asked is not known, so nothing is claimed of it."""
    requests = [VideoRequest("a kite"), None, VideoRequest("a boat")]

    assert [(("prompt", "a kite"),), (), (("prompt", "a boat"),)] == differing(requests)


@pytest.mark.parametrize(("language", "label"), [("en", "Seconds"), ("zh", "时长（秒）")])
def test_captions_speak_the_language_of_the_user(
    language: texts.Language, label: str, make_state: Callable[..., JobState]
) -> None:
    """What differs has the name that the form gives it, and each field has one."""
    texts.use(language)
    states = [make_state(id=f"s{n}", fields={"duration": n}) for n in (4, 5)]
    names = {field.name for field in dataclasses.fields(VideoRequest)} - {"catalog"}

    html = gallery_html(gallery_state(states, NOON))

    assert 2 == html.count(f">{label}</span>")
    assert {f"form.label.{name}" for name in names} <= texts.TABLE.keys()


def test_what_all_share_is_said_once(make_state: Callable[..., JobState]) -> None:
    """The prompt of takes stands above them, their numbers below."""
    states = [make_state(id=f"take{n}", take=n, status="completed") for n in (1, 2, 3)]
    gallery = gallery_state(states, NOON)
    html = gallery_html(gallery)

    assert 1 == html.count("a lighthouse in a storm")
    assert ["take 1", "take 2", "take 3"] == [tile.take for tile in gallery.tiles]
    assert "5 s · 720p · 16:9" in html
    assert 1 == html.count("Simulator")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_hostile_text_stays_text(
    language: texts.Language, make_state: Callable[..., JobState]
) -> None:
    """Prompts, paths, links and errors: no tag and no attribute comes of any of them."""
    texts.use(language)
    states = [
        make_state(HOSTILE + "W" * 10_000 + str(n), id=HOSTILE + str(n), status=status,
                   error=TaskFailed(detail=HOSTILE))
        for n, status in enumerate(("failed", "completed", "completed"))
    ]  # fmt: skip
    clips = {
        states[1].id: [Clip(path=HOSTILE, near=HOSTILE, src=HOSTILE, width=864, height=496)],
        states[2].id: [Clip(path=f"/{HOSTILE}")],
    }
    gallery = gallery_state(states, NOON, clips=clips, posters={f"/{HOSTILE}": HOSTILE})
    html = gallery_html(gallery)
    reader = read(html)

    assert reader.tags <= {"div", "span", "b", "video", "img", "a", "code"}
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert not {"\0", "\u202e"} & {*html, *gallery_text(gallery)}
    styles = ";".join(value or "" for name, value in reader.attributes if name == "style")
    assert not re.search(r"var\(|currentcolor|inherit|aspect-ratio|(^|;)\s*color\s*:", styles)


# --- on show --------------------------------------------------------------------------------------


class Widgets:
    """Stand where the widgets would."""

    def __init__(self, press: Callable[[], object]) -> None:
        self.press = press
        self.model_id = "m0del"
        self.drawn: list[tuple[str, str]] = []

    def draw(self, html: str, word: str) -> None:
        """Note it."""
        self.drawn.append((html, word))


@pytest.fixture
def make_done(make_job: Callable[..., Job], video: Video) -> Callable[..., Job]:
    """Makes jobs whose video is on disk."""

    def done(name: str = "kite2345", **known: Any) -> Job:
        path = video.path.with_name(f"{name}.mp4")
        path.write_bytes(CLIP.read_bytes())
        videos = (dataclasses.replace(video, path=path),)
        return make_job(id=name, status="completed", videos=videos, **known)

    return done


def test_play_all_starts_all_and_saves_nothing_that_plays(
    make_done: Callable[..., Job], make_stage: Callable[..., Any], shown: Any
) -> None:
    """The grid is drawn anew in the widget; what is saved below it stays as it was."""
    made: list[Widgets] = []

    def make(press: Callable[[], object]) -> Any:
        made.append(Widgets(press))
        return made[0]

    pair = Jobs([make_done(), make_done("lamp2345", take=2)])
    Gallery(pair, make_stage(), make).show()
    made[0].press()
    made[0].press()
    live, saved = shown

    assert [0, 2, 0] == [html.count("autoplay") for html, _ in made[0].drawn]
    assert ["Play all", "Stop all", "Play all"] == [word for _, word in made[0].drawn]
    assert "m0del" == live.bundle[WIDGET]["model_id"]
    assert "autoplay" not in saved.html
    assert "%seedance gallery kite2345 lamp2345" in saved.html


def test_jobs_fill_in_when_they_are_done(
    make_job: Callable[..., Job], make_stage: Callable[..., Any], video: Video, shown: Any
) -> None:
    """The tile of a job that runs has its status; a look that changes nothing draws nothing."""
    job = make_job(status="processing")
    Gallery(Jobs([job]), make_stage("none")).show()
    assert "In the making" in shown[-1].html
    job.become(job.state)
    assert 1 == len(shown)

    job.flow.over = True  # type: ignore[union-attr]
    job.become(job.state.with_(status="completed", videos=(video,)))

    assert shown[-1].update
    assert 'src="runs/videos/kite2345.mp4"' in shown[-1].html
    assert ">kite2345.mp4</a>" in shown[-1].html  # a path would break in a narrow tile


def test_every_front_end_gets_its_form(
    make_done: Callable[..., Job], make_stage: Callable[..., Any], shown: Any
) -> None:
    """Lines in a terminal, HTML alone where nobody looks, a button where there are widgets."""
    lines: list[str] = []
    jobs = Jobs([make_done()])
    Gallery(jobs, make_stage("terminal", write=lines.append)).show()
    Gallery(jobs, make_stage("none")).show()
    Gallery(jobs, make_stage("lab")).show()

    assert ["runs/videos/kite2345.mp4" in line for line in lines] == [True]
    assert [False, True, False] == [WIDGET in output.bundle for output in shown]


def test_the_latest_that_belong_together_are_the_default(
    session: Any, make_done: Callable[..., Job]
) -> None:
    """Takes of the latest request, else the jobs of its cell, else the latest videos."""
    other = {"digest": "sha256:" + "1" * 64}
    alone = [make_done(f"alone{n}", digest=f"sha256:{n:064d}") for n in range(10)]
    takes = [make_done("take1"), make_done("take2", take=2)]
    cell = {"cell": {"number": 3, "sha256": "ab"}, "session": "s"}
    sweep = [make_done("sweep1", **cell, **other), make_done("sweep2", **cell)]

    session.kept = Jobs([*alone, *takes])
    assert ["take1", "take2"] == [job.id for job in latest(session)]
    session.kept = Jobs([*alone, sweep[1], sweep[0]])
    assert {"sweep1", "sweep2"} == {job.id for job in latest(session)}
    session.kept = Jobs(alone)
    assert LATEST == len(latest(session))


def test_nothing_or_too_much_is_refused(
    session: Any, make_stage: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    """An empty folder and a thousand videos both get a sentence, an unknown word an error."""
    with pytest.raises(ConfigError, match="no jobs"):
        make_gallery(session, make_stage())
    with pytest.raises(ConfigError, match=str(MOST)):
        make_gallery(session, make_stage(), [make_job()] * (MOST + 1))
    with pytest.raises(TypeError):
        seedance_nb.gallery(colums=3)  # type: ignore[call-arg]


def test_a_gallery_takes_ids(
    session: Any, make_stage: Callable[..., Any], make_done: Callable[..., Job]
) -> None:
    """`sd.gallery("kite")` is the job of that name; a word that is none gets a sentence."""
    session.kept = Jobs([make_done("lamp2345"), make_done("kite2345", take=2)])

    assert ["kite2345"] == [job.id for job in make_gallery(session, make_stage(), "kite").jobs]
    both = make_gallery(session, make_stage(), ["kite2345", session.kept[0]])
    assert ["kite2345", "lamp2345"] == [job.id for job in both.jobs]
    with pytest.raises(ConfigError, match="no job 'ID'"):
        make_gallery(session, make_stage(), "ID")


def test_a_list_with_nothing_in_it_is_no_empty_folder(
    session: Any, make_stage: Callable[..., Any]
) -> None:
    """What was filtered to nothing is told as that, not as a folder without jobs."""
    with pytest.raises(ConfigError, match=r"^There is nothing to show"):
        make_gallery(session, make_stage(), Jobs([]))


def test_the_verb_takes_ids_and_names(
    run: Callable[[str], Any], session: Any, make_done: Callable[..., Job], shell: Any, shown: Any
) -> None:
    """`%seedance gallery` shows what is named, in that order, in braces or without."""
    session.kept = Jobs([make_done("lamp2345"), make_done("kite2345", take=2)])
    shell.user_ns["mine"] = session.kept[0]
    run("%seedance gallery kite {mine}")

    assert ["kite2345", "lamp2345"] == [
        line.partition(" ")[0] for line in shown[-1].plain.splitlines()[1:]
    ]


# --- first pictures -------------------------------------------------------------------------------


def test_a_poster_is_a_small_picture(tmp_path: Path) -> None:
    """The first picture of a video as a JPEG of some kilobytes; none of a file that is no video."""
    pytest.importorskip("av")
    pytest.importorskip("PIL.Image")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")

    assert poster(CLIP).startswith("data:image/jpeg;base64,/9j/")
    assert len(poster(CLIP)) < 40_000
    assert "" == poster(broken)
    assert "" == poster(tmp_path / "gone.mp4")


def test_posters_are_optional(make_state: Callable[..., JobState]) -> None:
    """Without one a video shows its first picture by itself."""
    state = make_state(status="completed")
    made = Clip(path="/x.mp4", src="x.mp4", width=864, height=496)
    html = gallery_html(gallery_state([state], NOON, clips={state.id: [made]}))

    assert "poster" not in html
    assert 'preload="metadata"' in html
