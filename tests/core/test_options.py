"""The line and the text of a cell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import catalog, options, texts
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.options import read_cell


def problems_of(line: str, body: str = "a dog", **namespace: object) -> str:
    """The messages of a cell that is refused."""
    with pytest.raises(InvalidRequest) as caught:
        read_cell(line, body, namespace, is_secret=lambda text: "KEY" in text)
    return str(caught.value)


def test_every_option_lands_in_the_request() -> None:
    """Each option of the line sets its field, and the rest of the line says how to run it."""
    order = read_cell(
        "clip -t fast -d 6 -q 480p -a 9:16 --image https://x.org/a.png --image {more} --no-audio "
        "--no-content-filter --callback-url https://x.org/hook --takes 2 --new --wait "
        "--timeout 30 -o out.mp4 --embed never --quiet",
        "a dog",
        {"more": "https://x.org/b.png"},
    )
    request = order.request

    assert request is not None
    assert ("seedance-2.0-fast-image-to-video", 6, "480p", "9:16") == (
        request.model, request.duration, request.quality, request.aspect_ratio,
    )  # fmt: skip
    assert ("https://x.org/a.png", "https://x.org/b.png") == request.images
    assert (False, False) == (request.generate_audio, request.content_filter)
    assert ("clip", 2, True, True, 30.0, "out.mp4", "never", True) == (
        order.name, order.takes, order.new, order.wait, order.timeout, order.out, order.embed,
        order.quiet,
    )  # fmt: skip


def test_what_argparse_says_is_said_in_the_language_of_the_user() -> None:
    """An option without its value, and a switch with one, are told in Chinese."""
    texts.use("zh")
    try:
        told = [problems_of("-d"), problems_of("--new=1")]
    finally:
        texts.use("en")

    assert "-d/--duration 缺少值" in told[0]
    assert "--new 不带值（'1'）" in told[1]


def test_the_prompt_is_verbatim() -> None:
    """JSON, dollars and lone braces in the text stay as they are; only `{name}` is replaced."""
    order = read_cell(
        "", 'a {animal}, {"pan": "left"} {} {shot:1} $5 {{animal}}', {"animal": "dog"}
    )

    assert order.request is not None
    assert 'a dog, {"pan": "left"} {} {shot:1} $5 {animal}' == order.request.prompt
    assert {"animal": "dog"} == order.variables


def test_an_unknown_variable_names_the_nearest() -> None:
    """A name that is not there is refused, and the one that was probably meant is named."""
    assert "did you mean 'animal'" in problems_of("", "a {anmal}", animal="dog")


def test_a_variable_with_the_key_is_refused() -> None:
    """The API key never goes into a prompt or a field."""
    message = problems_of("--image {url}", "a {key}", key="KEY", url="https://x.org/?k=KEY")

    assert "'key' holds the API key" in message
    assert "'url' holds the API key" in message


def test_only_words_and_numbers_go_into_a_prompt() -> None:
    """A variable that holds a job or another object is refused, a number is not."""
    assert "holds a object" in problems_of("", "the {dog} runs", dog=object())

    order = read_cell("", "{count} dogs", {"count": 3})
    assert order.request is not None
    assert "3 dogs" == order.request.prompt


@pytest.mark.parametrize("name", ["class", "print", "None"])
def test_a_word_of_python_is_no_name(name: str) -> None:
    """A keyword or a builtin is refused as NAME before anything is sent."""
    assert "word of Python" in problems_of(name)


@pytest.mark.parametrize("out", ["clip.avi", "deep/cells.json"])
def test_a_copy_is_an_mp4(out: str) -> None:
    """`-o` with an ending that says another format is refused."""
    assert "MP4" in problems_of(f"-o {out}")


def test_a_copy_wants_a_path() -> None:
    """A variable after `-o` that holds no path is refused before anything is sent."""
    assert "`out`: 5 is not a path" in problems_of("-o {number}", number=5)


def test_all_mistakes_of_a_cell_come_at_once() -> None:
    """Options, variables and fields that are wrong are reported together."""
    message = problems_of("--qualty 720p -d 99 --takes 0 --wait --no-wait", "a {b}")

    assert "did you mean --quality" in message
    assert "99" in message
    assert "`takes`" in message
    assert "exclude each other" in message
    assert "no variable 'b'" in message


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("--resolution", "--quality"),
        ("--ratio", "--aspect-ratio"),
        ("--seconds", "--duration"),
        ("--mute", "--no-audio"),
        ("--n", "--takes"),
        ("--yess", "--yes"),
    ],
)
def test_what_others_call_an_option_is_met_with_its_name(word: str, meant: str) -> None:
    """Who comes from another tool is told how it is called here."""
    assert f"did you mean {meant}?" in problems_of(f"{word} 4", "a dog")


@pytest.mark.parametrize("word", ["--res", "--seed", "--cost", "--fast", "--steps"])
def test_dashes_alone_make_no_near_miss(word: str) -> None:
    """Nobody is led to `--yes`, `--sweep` or `--out`, which may cost money, by two dashes."""
    assert "did you mean" not in problems_of(word, "a dog")


@pytest.mark.parametrize("line", ["--dry_run", "--dry-run", "\u2014dry-run"])
def test_underscored_options_work(line: str) -> None:
    """Both spellings of an option are understood."""
    assert read_cell(line, "a dog", {}).dry_run


@pytest.mark.parametrize("line", ['--out "unclosed', "two words", "1name", "-d", "--takes x"])
def test_a_broken_line_is_an_invalid_request(line: str) -> None:
    """Whatever is wrong with the line, it is our error and never a traceback of a parser."""
    assert problems_of(line)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_cell_is_read_or_refused(line: str, body: str) -> None:
    """A cell of any text gives an order or an `InvalidRequest`, nothing else."""
    try:
        order = read_cell(line, body, {"x": 1})
    except InvalidRequest as error:
        assert error.problems  # noqa: PT017 - either outcome is right
    else:
        assert order.request is not None


def test_there_is_one_table() -> None:
    """Every parameter with an option is in the help, and help knows no other."""
    spelled = {word for p in catalog.PARAMETERS for word in p.options}
    spelled |= {word for o in options.RUN_OPTIONS for word in o.options}
    actions = options.parser()._actions

    assert spelled == {word for action in actions for word in action.option_strings}
    assert set(options.option_names()) == spelled


@pytest.mark.parametrize(
    ("word", "mend"),
    [
        ("{p1.video}", "`video = p1.video`, then {video}"),
        ("{p1.video.frame(-1)}", "`frame = p1.video.frame(-1)`, then {frame}"),
        ("{shots[0]}", "`x = shots[0]`, then {x}"),
    ],
)
def test_only_a_name_goes_in_braces(word: str, mend: str) -> None:
    """Braces around an expression are no missing file: the mend names a variable for it."""
    with pytest.raises(InvalidRequest) as caught:
        read_cell(f"--image '{word}'", "a dog", {"p1": 1})

    assert [
        f"{word}: only the name of a variable goes in braces; put it in one first: {mend}."
    ] == [problem.text for problem in caught.value.problems]


def test_a_missing_variable_hides_no_missing_file() -> None:
    """Beside a variable that is missing, the files that are missing are named, too."""
    with pytest.raises(InvalidRequest) as caught:
        read_cell("--image {n} --image gone.png --image {m}", "a dog", {})

    assert ["'gone.png'", "'n'", "'m'"] == [
        re.search(r"'[^']+'", problem.text)[0]  # type: ignore[index]
        for problem in caught.value.problems
    ]


def test_a_second_file_wants_the_option_again() -> None:
    """A file behind the value of `--image` is no name of a variable: the mend is the option."""
    with pytest.raises(InvalidRequest, match=r"before each: `--image night\.png`"):
        read_cell("--image https://e.com/day.png night.png", "a dog", {})


@pytest.mark.parametrize(
    ("swept", "expected"),
    [
        ("generate_audio=true,false", [True, False]),
        ("no_audio=true,false", [False, True]),
        ("no-audio=yes,no", [False, True]),
    ],
)
def test_a_sweep_of_sound_and_silence(swept: str, expected: list[bool]) -> None:
    """Sound can be varied by the field and by its option, which says the opposite."""
    order = read_cell(f"--sweep {swept}", "a dog", {})

    assert expected == [request.generate_audio for request in order.requests]


def test_a_sweep_of_audio_is_of_files() -> None:
    """`audio=true,false` is told the key that was meant; the help says how keys are spelled."""
    with pytest.raises(InvalidRequest, match="generate_audio=true,false"):
        read_cell("--sweep audio=true,false", "a dog", {})
    assert "no_audio" in texts.say("option.sweep")
    assert "generate_audio" in texts.say("option.sweep")
