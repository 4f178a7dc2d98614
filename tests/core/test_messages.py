"""The words of errors and problems, as a person reads them: both languages, with typical values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core import errors, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Typical values; what is not named here is a word.
VALUES: dict[str, Any] = {
    **dict.fromkeys(
        (
            "all",
            "count",
            "fresh",
            "high",
            "limit",
            "low",
            "most",
            "requests",
            "status",
            "take",
            "used",
        ),
        3,
    ),
    **dict.fromkeys(("more", "spent", "seconds", "minutes", "hours", "size", "free"), 25.575),
    **dict.fromkeys(("done", "width", "height", "percent", "pixels", "expected", "fps"), 480),
    "detail": "prompt is too long",
    "job": "kite2345",
    "jobs": "kite2345, lamp6789",
    "listing": "  - `wait`: 'x' is not valid.",
    "line": "%%seedance -y",
}
# Parts of another sentence: they begin small and end without a full stop.
PARTS = re.compile(r"error\.sent\.|problem\.options\.")
# The message itself says what to do, or nothing can be done.
WHOLE = {
    "error.invalid", "error.invalid.one", "error.invalid.head", "error.interrupted",
    "error.interrupted.asking",
    "error.frame.index", "error.settings", "error.jobs.one", "error.job.stopped",
    "error.export.form",
}  # fmt: skip
QUOTED = re.compile(r"`[^`]*`|'[^']*'|\{[^}]*\}|\"[^\"]*\"|\S+@\S+|\S*/\S+|--?\w[\w-]*")
# Names that a Chinese sentence holds as they are.
NAMES = frozenset(
    re.findall(
        r"\w+",
        "api bytes key token url http https mp4 mb json jpeg png webp heic pillow pandas python"
        " keyring evolink jupyter zip id prompt model tier media uint8 s data sha256 content"
        " filter task socksio backend True False x standard fast fail",
    )
)


@pytest.fixture(params=texts.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language in turn; English afterwards."""
    texts.use(request.param)
    yield request.param
    texts.use("en")


def filled(text_id: str) -> str:
    """A text with typical values in it."""
    names = {*re.findall(r"{(\w+)", texts.TABLE[text_id][0])}
    return texts.say(text_id, **{name: VALUES.get(name, f"my-{name}") for name in names})


def ids(*kinds: str) -> list[str]:
    """The texts of these kinds."""
    return [text_id for text_id in texts.TABLE if text_id.startswith(kinds)]


def test_every_text_can_be_filled_in(language: str) -> None:
    """Each text of the table takes typical values, and no brace or `None` is left over."""
    for text_id in texts.TABLE:
        said = filled(text_id)

        assert said.strip(), text_id
        assert "None" not in said or "None" in "".join(texts.TABLE[text_id]), text_id
        if "{{" not in "".join(texts.TABLE[text_id]):
            assert not re.search(r"\{\w+\}", said), (text_id, language, said)


def test_sentences_end_with_a_full_stop(language: str) -> None:
    """What an error or a problem says is a sentence, also where words from elsewhere end it."""
    for text_id in ids("error.", "problem."):
        if PARTS.match(text_id):
            assert not texts.TABLE[text_id][0].endswith("."), text_id
        elif text_id.startswith("problem.") or text_id.endswith(".hint"):
            command = texts.TABLE[text_id][0].endswith("{line}")
            assert command or filled(text_id)[-1] in ".。?？", (text_id, filled(text_id))
        else:
            names = re.findall(r"{(\w+)", texts.TABLE[text_id][0])
            values = {name: VALUES.get(name, f"my-{name}") for name in names}
            message = errors.SeedanceError(text_id, **values).message
            assert message[-1] in ".。?？", (text_id, message)
            assert message[-2:] not in ("..", "。。", ".。"), (text_id, message)


def test_every_error_says_what_to_do() -> None:
    """An error has a hint, except where its message is one itself."""
    main = {text_id for text_id in ids("error.") if not text_id.endswith(".hint")}
    bare = {text_id for text_id in main if texts.hint_of(text_id) is None}

    assert WHOLE == {text_id for text_id in bare if not PARTS.match(text_id)}
    assert not {text_id for text_id in ids("error.") if text_id.removesuffix(".hint") not in main}


@pytest.mark.parametrize("kind", errors.SeedanceError.__subclasses__())
def test_every_class_can_speak_for_itself(kind: type[errors.SeedanceError], language: str) -> None:
    """Raised without a text of its own, each class of error says something whole."""
    error = kind(job="kite2345", seconds=1, detail="nobody answered")
    said = str(error)

    assert "-" not in re.findall(r"(?<!\S)-(?!\S)", said)
    assert "{" not in said
    assert error.hint or error.text_id in WHOLE, language


def test_an_uncertain_fate_is_one_sentence(language: str) -> None:
    """The reason that stands in brackets loses its full stop, in either language."""
    reason = errors.ServiceError("error.service.failed", detail="it broke").message
    said = errors.SubmitUncertain(detail=reason, job="kite2345").message

    assert reason[-1] in ".。", language
    assert ".)" not in said
    assert "。）" not in said


@pytest.mark.parametrize("text_id", ["error.uncertain", "error.uncertain.died"])
def test_an_uncertain_fate_names_each_way_out(text_id: str, language: str) -> None:
    """Look for its task, follow that, send it again, or give it up: with the line to run."""
    hint = errors.SubmitUncertain(text_id, job="abc", detail="-").hint

    for line in ("show abc", "adopt TASK_ID abc", "sd.job('abc').resend()", "stop abc"):
        assert line in hint, language


def test_a_hint_is_written_once() -> None:
    """What is to be done about a whole kind of errors stands with that kind, and not below it."""
    hints = [text_id.removesuffix(".hint") for text_id in texts.TABLE if text_id.endswith(".hint")]
    above = {text_id: texts.hint_of(text_id.rpartition(".")[0]) for text_id in hints}

    assert not [a for a, b in above.items() if b and texts.TABLE[f"{a}.hint"] == texts.TABLE[b]]


def test_chinese_is_chinese() -> None:
    """Outside commands, fields and values a Chinese text has no English words but known names."""
    for text_id in ids("error.", "problem."):
        text = QUOTED.sub(" ", texts.TABLE[text_id][1])
        words = set(re.findall(r"[A-Za-z][A-Za-z0-9]*", text))
        foreign = {
            word
            for word in words
            if not word.isupper() and word.lower() not in NAMES and word not in NAMES
        }

        assert set() == foreign, text_id


def test_where_another_folder_helps_it_says_how() -> None:
    """An error that speaks of `home` names the variable that sets it, in both languages."""
    spoken = {text_id: texts.TABLE[text_id] for text_id in ids("error.")}
    asked = {text_id for text_id, both in spoken.items() if "`home`" in both[0]}

    assert asked
    assert not {t for t in asked for text in spoken[t] if "SEEDANCE_NB_HOME" not in text}


def test_the_prompt_has_one_name() -> None:
    """Tables and forms call it the same in Chinese."""
    named = {text_id: both for text_id, both in texts.TABLE.items() if both[0] == "Prompt"}

    assert {"提示词"} == {both[1] for both in named.values()}


def test_one_thing_has_one_name() -> None:
    """Money, answers and unsent requests are called the same in every Chinese error."""
    for text_id in ids("error.", "cli.billed", "panel.money"):
        chinese = texts.TABLE[text_id][1]
        for word in ("计费", "收了费", "回答", "答复", "积分"):
            assert word not in chinese, (text_id, word)
