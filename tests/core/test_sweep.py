"""Sweeps: lists on a line and in a call, alternatives in a prompt, and what comes of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import media
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.media import Media
from seedance_nb.core.options import Order, read_cell, read_words
from seedance_nb.core.sweep import MOST_JOBS, alternatives, requests_of, split_fields


def order(line: str, body: str = "a dog", **namespace: object) -> Order:
    """The order of a cell."""
    return read_cell(line, body, namespace)


def refusal(line: str, body: str = "a dog", **namespace: object) -> str:
    """The messages of a cell that is refused."""
    with pytest.raises(InvalidRequest) as caught:
        read_cell(line, body, namespace)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a dog", ["a dog"]),
        ("by {day|night}", ["by day", "by night"]),
        ("{a|b} {c|d}", ["a c", "a d", "b c", "b d"]),
        ("a {|very }big {dog}", ["a big {dog}", "a very big {dog}"]),
        ("{{day|night}}", ["{day|night}"]),
        ("{a {animal}|nobody}", ["a {animal}", "nobody"]),
        ('{"pan": "left"} {} {shot:1}', ['{"pan": "left"} {} {shot:1}']),
    ],
)
def test_alternatives_stand_for_texts(text: str, expected: list[str]) -> None:
    """`{a|b}` stands for either, the first choice slowest; all other braces stay."""
    assert expected == alternatives(text)


@given(st.text(max_size=30))
def test_a_text_without_a_bar_stands_for_itself(text: str) -> None:
    """Nothing but a bar within braces is a choice."""
    plain = text.replace("|", "")

    assert [plain] == alternatives(plain)


def test_a_line_gives_the_product_in_order() -> None:
    """Lists multiply, the last one fastest, the prompt slowest; other options hold for all."""
    found = order(
        "boats --sweep duration=4,8 --sweep q=480p,720p -a 1:1 --takes 2", "a {red|blue} boat"
    )

    assert ("boats", True, 2) == (found.name, found.sweep, found.takes)
    assert [
        (f"a {colour} boat", duration, quality, "1:1")
        for colour in ("red", "blue") for duration in (4, 8) for quality in ("480p", "720p")
    ] == [(r.prompt, r.duration, r.quality, r.aspect_ratio) for r in found.requests]  # fmt: skip


@pytest.mark.parametrize("spelling", ["aspect_ratio", "aspect-ratio", "a"])
def test_every_spelling_of_a_field_is_a_key(spelling: str) -> None:
    """Name, option and short option name the same list."""
    found = order(f"--sweep {spelling}=1:1,16:9")

    assert ["1:1", "16:9"] == [request.aspect_ratio for request in found.requests]


def test_variables_flags_and_inputs_can_be_varied() -> None:
    """A variable holds a list or a value, a flag is said in words, an input is one for each."""
    pictures = ["https://x.org/a.png", "https://x.org/b.png"]
    by_list = order("--sweep duration={seconds}", seconds=[4, 5, 6])
    flags = order("--sweep generate_audio=yes,no")
    inputs = order("--sweep image={pictures}", pictures=pictures)

    assert [4, 5, 6] == [request.duration for request in by_list.requests]
    assert [True, False] == [request.generate_audio for request in flags.requests]
    assert [(one,) for one in pictures] == [request.images for request in inputs.requests]


@pytest.mark.parametrize("line", ["--sweep boats", "boats --sweep", "--sweep= boats"])
def test_a_bare_sweep_takes_no_name(line: str) -> None:
    """`--sweep` alone only switches the alternatives on: what follows it is still the name."""
    found = order(line, "{day|night}")

    assert ("boats", 2) == (found.name, len(found.requests))


def test_without_the_option_a_bar_is_a_bar() -> None:
    """Alternatives are text, and no sweep, where nobody asked for one."""
    found = order("", "{day|night}")

    assert (False, ["{day|night}"]) == (found.sweep, [r.prompt for r in found.requests])


def test_variables_are_put_into_alternatives() -> None:
    """`{name}` works inside a choice, and what is put in is no choice itself."""
    found = order("--sweep", "{a {animal}|nobody}", animal="{x|y}")

    assert ["a {x|y}", "nobody"] == [request.prompt for request in found.requests]


def test_the_same_combination_comes_once() -> None:
    """A value given twice, or two spellings of the same request, make one job."""
    assert 2 == len(order("--sweep duration=4,4,5").requests)
    assert 1 == len(order("--sweep model=text,seedance-2.0-text-to-video").requests)


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("--sweep duratoin=4,5", "a dog", "did you mean duration"),
        ("--sweep prompt=a,b", "a dog", "no field 'prompt'"),
        ("--sweep duration=4,,5", "a dog", "no values for `duration`"),
        ("--sweep duration=", "a dog", "no values for `duration`"),
        ("--sweep duration=4,5 -d 6", "a dog", "`duration` is given twice"),
        ("--sweep d=4 --sweep duration=5", "a dog", "`duration` is given twice"),
        ("--sweep", "a dog", "nothing to vary"),
        ("--sweep duration=4,5,6,7 --takes 26", "a dog", "more than 100 videos"),
        ("--sweep", "{a|b}" * 40, "more than 100 videos"),
        ("--sweep quality=480p,720P", "a dog", "did you mean '720p'"),
        ("--max-credits -1", "a dog", "0 or more"),
        ("--max-credits nan", "a dog", "0 or more"),
    ],
)
def test_a_bad_sweep_is_refused(line: str, body: str, expected: str) -> None:
    """Each mistake has its sentence; nothing is guessed."""
    assert expected in refusal(line, body)


def test_all_problems_of_all_combinations_come_at_once() -> None:
    """Each problem is named once, however many combinations have it."""
    message = refusal("--sweep duration=3,99,5 --sweep quality=480p,720P --takes 0", "{a|b} {gone}")

    for part in ("`duration`: 3", "`duration`: 99", "'720P'", "`takes`", "no variable 'gone'"):
        assert 1 == message.count(part), part


def test_a_command_line_sweeps_too() -> None:
    """The words of a terminal read the same; its prompt is verbatim but for the alternatives."""
    found = read_words(["--sweep", "a {red|blue} {kite}", "--sweep", "d=4,5", "-y"])

    assert ["a red {kite}", "a red {kite}", "a blue {kite}", "a blue {kite}"] == [
        request.prompt for request in found.requests
    ]
    assert found.yes


class Number:
    """A number as NumPy has them."""

    def __init__(self, value: int) -> None:
        self.value = value

    def item(self) -> int:
        """Python's own."""
        return self.value


def test_any_sequence_is_a_list() -> None:
    """Ranges, generators and arrays are lists, words and single inputs are values."""
    given: dict[str, Any] = {
        "duration": range(4, 6), "quality": (q for q in ["480p"]), "aspect_ratio": "1:1",
        "images": "https://x.org/a.png", "videos": ["https://x.org/a.mp4"],
    }  # fmt: skip
    lists, fixed = split_fields(given)

    assert {"duration": [4, 5], "quality": ["480p"], "videos": ["https://x.org/a.mp4"]} == lists
    assert {"aspect_ratio": "1:1", "images": "https://x.org/a.png"} == fixed
    assert [4] == split_fields({"duration": [Number(4)]})[0]["duration"]


def test_a_shared_file_is_read_once() -> None:
    """A file that all combinations share is opened for the first and is in each of them."""
    opened: list[object] = []

    def opener(_: str, item: object) -> Media:
        opened.append(item)
        return Media(sha256="0" * 64, format="png", width=400, height=400, size=9)

    before = media._open[0], media._fit[0]
    media.use(opener)
    try:
        requests = requests_of(["a dog"], {"duration": [4, 5]}, {"images": ["a.png"]})
    finally:
        media.use(*before)

    assert ["a.png"] == opened
    assert 2 == len(requests)
    assert requests[0].images == requests[1].images


def test_an_endless_list_is_refused() -> None:
    """A list without an end is looked into as far as needed to refuse it."""
    lists, fixed = split_fields({"duration": iter(int, 1)})

    assert MOST_JOBS < len(lists["duration"])
    with pytest.raises(InvalidRequest, match="more than 100"):
        requests_of(["a dog"], lists, fixed)
