"""Fitting, as a plan: what would be done to a file, and how that is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import fitting, media, texts
from seedance_nb.core.catalog import LIMITS
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.fitting import Plan
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDES = st.integers(1, 20_000) | st.sampled_from([299, 300, 639, 640, 641, 946, 2206, 6000, 6001])
SECONDS = st.floats(0.1, 4000) | st.sampled_from([1.94, 1.95, 2, 15, 15.04, 15.06])


def planned(media: Media, plan: Plan) -> Media:
    """What is known of the result before it is made; size and hash are still those of before."""
    width, height = plan.sides or plan.crop or (media.width, media.height)
    return replace(
        media,
        format=plan.format,
        width=width,
        height=height,
        duration=plan.seconds or media.duration,
        fps=plan.fps or media.fps,
    )


@st.composite
def files(draw: st.DrawFn, name: str) -> Media:
    """A file that a field may be given, within the limits or not."""
    limits = LIMITS[name]
    film, sides = limits.fps is not None, limits.sides is not None
    return Media(
        sha256="0" * 64,
        name="file",
        format=draw(st.sampled_from([*limits.formats, *limits.others])),
        size=draw(st.integers(1, 2 * limits.most_bytes)),
        width=draw(SIDES) if sides else None,
        height=draw(SIDES) if sides else None,
        duration=draw(SECONDS) if limits.seconds else None,
        fps=draw(st.floats(0.5, 240)) if film else None,
    )


def ids(name: str, file: Media) -> set[str]:
    """The limits that a file breaks."""
    return {problem.text_id.removeprefix("problem.file.") for problem in media.problems(name, file)}


@pytest.mark.parametrize("name", LIMITS)
@given(data=st.data())
def test_a_plan_leads_within_the_limits(name: str, data: st.DataObject) -> None:
    """Whatever a file is like, its plan brings it within every limit, or a problem says why not."""
    file = data.draw(files(name))
    share = data.draw(st.none() | st.floats(2, 15)) if LIMITS[name].seconds else None

    plan = fitting.plan(name, file, share)

    if isinstance(plan, Plan):
        file = replace(planned(file, plan), size=1)
        if name == "videos":
            assert (0, 0) == ((file.width or 0) % 2, (file.height or 0) % 2)
    if not isinstance(plan, list):
        assert set() == ids(name, file)
        assert share is None or (file.duration or 0) <= share
    else:
        assert {"problem.file.seconds.short", "problem.fit.narrow"} >= {p.text_id for p in plan}


@pytest.mark.parametrize("name", LIMITS)
@given(data=st.data())
def test_a_plan_does_no_more_than_it_must(name: str, data: st.DataObject) -> None:
    """No limit broken, no plan; and each step of a plan is there for a limit that is broken."""
    file = data.draw(files(name))

    plan = fitting.plan(name, file)

    assert (plan is None) == (not ids(name, file))
    if not isinstance(plan, Plan):
        return
    shown = replace(file, format=LIMITS[name].formats[0])
    assert (plan.crop is not None) == ("ratio" in ids(name, shown))
    assert (plan.seconds is not None) == ("seconds" in ids(name, shown))
    assert (plan.fps is not None) == ("fps" in ids(name, shown))
    width, height = plan.crop or (shown.width, shown.height)
    cropped = replace(shown, width=width, height=height)
    odd = name == "videos" and bool((width or 0) % 2 or (height or 0) % 2)
    assert (plan.sides is not None) == (odd or bool({"sides", "area"} & ids(name, cropped)))


@given(st.sampled_from(["images", "videos"]), st.data())
def test_a_shape_is_kept(name: str, data: st.DataObject) -> None:
    """Scaling changes the shape by no more than whole and even pixels make it."""
    file = data.draw(files(name))

    plan = fitting.plan(name, file)

    if isinstance(plan, Plan) and plan.sides:
        width, height = plan.crop or (file.width or 0, file.height or 0)
        assert plan.sides[0] / plan.sides[1] == pytest.approx(width / height, rel=0.015)


@given(st.lists(st.floats(2, 40), min_size=1, max_size=3))
def test_the_longest_are_cut(lengths: list[float]) -> None:
    """Files that are too long together are cut to one length, 15 s in all; shorter stay whole."""
    items = [Media(sha256=f"{i:064}", duration=seconds) for i, seconds in enumerate(lengths)]

    share = fitting.shares("audios", items)

    if len(lengths) == 1 or sum(lengths) <= 15:
        assert share is None
    elif share is not None:
        total = sum(min(seconds, share) for seconds in lengths)
        assert total == pytest.approx(15, abs=0.03)
        assert round(total, 9) <= 15
        assert share >= 2


def test_what_cannot_be_fitted_says_so() -> None:
    """A clip too short, a picture of which most would go, and what is none of it stay problems."""
    short = Media(sha256="0" * 64, name="a.webm", format="WebM", duration=1.0, size=9)
    narrow = Media(sha256="0" * 64, name="b.png", format="png", width=3000, height=500, size=9)
    text = Media(sha256="0" * 64, name="c.png", format="", size=9)

    said = [
        fitting.plan(*pair) for pair in (("videos", short), ("images", narrow), ("images", text))
    ]

    words = [problem.text for found in said if isinstance(found, list) for problem in found]
    assert "longer" in words[0]
    assert "59 %" in words[1]
    assert "--fit" not in words[2]
    assert 3 == len(words)


@pytest.mark.parametrize(
    ("file", "mends"),
    [
        (Media(sha256="0" * 64, name="a", format="HEIC"), True),
        (Media(sha256="0" * 64, name="a", format="PDF"), False),
        (Media(sha256="0" * 64, name="a", format="png", size=31 * 10**6), True),
        (Media(sha256="0" * 64, name="a", format="png", width=299, height=400), True),
        (Media(sha256="0" * 64, name="a", format="png", width=999, height=301), True),
    ],
)
def test_a_refusal_names_the_option(file: Media, mends: bool) -> None:  # noqa: FBT001
    """The mend of a broken limit is `--fit` where that helps, in both languages."""
    for language in texts.LANGUAGES:
        texts.use(language)
        try:
            [problem] = media.problems("images", file)
            assert mends == ("--fit" in problem.text)
        finally:
            texts.use("en")


def test_what_was_done_is_told() -> None:
    """Each step is told with what was before and after it, in the language of the session."""
    before = Media(sha256="0" * 64, name="cat.heic", format="HEIC", width=8000, height=3000,
                   size=41_200_000)  # fmt: skip
    plan = fitting.plan("images", before)
    assert isinstance(plan, Plan)
    after = replace(planned(before, plan), size=4_100_000)
    done = replace(after, fitted=fitting.notes(plan, before, after))

    [said] = fitting.lines([before, done])
    assert said == (
        "cat.heic was fitted: HEIC to JPEG, cropped from 8000 x 3000 to 7500 x 3000 pixels, scaled "
        "from 7500 x 3000 to 6000 x 2400 pixels, 41.2 MB to 4.1 MB. The original is unchanged."
    )
    texts.use("zh")
    try:
        assert "裁剪 8000 x 3000" in fitting.lines([done])[0]
    finally:
        texts.use("en")


def test_the_record_tells_it_too() -> None:
    """What was done is written down with the input; strange words in a record do no harm."""
    done = Media(
        sha256="0" * 64, name="a", fitted=("fps 12 24", "made up", "", "size x y", "cut 1")
    )

    again = media.from_dict(done.to_dict())

    assert again is not None
    assert fitting.lines([done]) == fitting.lines([again])
    assert "12 to 24" in fitting.lines([again])[0]


@pytest.fixture
def _opening() -> Iterator[None]:
    """Whoever opens and fits is the one of before again."""
    before = media._open[0], media._fit[0]
    yield
    media.use(*before)


@pytest.mark.usefixtures("_opening")
def test_a_request_is_fitted_when_asked() -> None:
    """`fit=True` puts the fitted files into the request, all lengths in sight; else they stay."""
    seen: list[tuple[str, float | None]] = []

    def opener(_: str, item: object) -> Media | list[Problem]:
        return Media(sha256=f"{item:064}", format="wav", duration=9.0, size=9)

    def fitter(name: str, file: Media, share: float | None) -> Media | list[Problem]:
        seen.append((name, share))
        return replace(file, duration=share, fitted=("cut 9 7.5",))

    media.use(opener, fitter)
    fields: dict[str, Any] = {"audios": [1, 2], "images": ["https://example.com/a.png"]}
    with pytest.raises(InvalidRequest):
        VideoRequest.of("a dog", **fields)
    assert [] == seen

    request = VideoRequest.of("a dog", fit=True, **fields)

    assert [("audios", 7.5)] * 2 == seen
    assert ["cut 9 7.5"] * 2 == [note for file in request.files for note in file.fitted]
    assert [] == VideoRequest.check("a dog", fit=True, **fields)
    assert "fit" not in request.to_fields()
