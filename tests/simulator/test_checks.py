"""Tests of what a create call is refused for, by the pure checks."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from seedance_nb.simulator.checks import CATALOGS, SIZES, check, is_loopback, split_model

URL = "https://example.com/a.png"
T2V, I2V, R2V = (f"seedance-2.0-{kind}-to-video" for kind in ("text", "image", "reference"))
MINI = "seedance-2.0-mini-text-to-video"


@dataclass(frozen=True)
class Case:
    """A body, and the field that it is refused for (None: accepted)."""

    param: str | None
    fields: dict[str, object] = field(default_factory=dict)
    model: str = T2V
    catalog: str = "quickstart"
    without: str = ""

    @property
    def body(self) -> dict[str, object]:
        """The body of the call."""
        body = {"model": self.model, "prompt": "a red kite", **self.fields}
        return {name: value for name, value in body.items() if name != self.without}


REFUSED = [
    Case("model", model="seedance-2.0"),
    Case("model", model="seedance-2.0-text-to-video-fast"),
    Case("model", model="fast-seedance-2.0-text-to-video"),
    Case("model", model=""),
    Case("model", without="model"),
    Case("model", {"model": 7}),
    Case("prompt", without="prompt"),
    Case("prompt", {"prompt": " \n"}),
    Case("prompt", {"prompt": ["a"]}),
    Case("prompt", {"prompt": "x" * 40_001}),
    *(Case("duration", {"duration": each}) for each in (3, 16, -1, 0, 5.0, "5", True, None)),
    *(Case("quality", {"quality": each}) for each in ("1080p", "4k", "720P", "360p", 720, None)),
    Case(
        "quality", {"quality": "1080p"}, model="seedance-2.0-fast-text-to-video", catalog="2026-08"
    ),
    Case("quality", {"quality": "4K"}, catalog="2026-08"),
    Case("quality", {"quality": "1080p"}, model=MINI, catalog="2026-08"),
    *(Case("aspect_ratio", {"aspect_ratio": each}) for each in ("2:1", "16x9", "", 1, None)),
    *(Case("generate_audio", {"generate_audio": each}) for each in ("true", 1, None)),
    *(Case("content_filter", {"content_filter": each}) for each in ("false", 0)),
    Case("image_urls", {"image_urls": [URL]}),
    Case("video_urls", {"video_urls": [URL]}),
    Case("audio_urls", {"audio_urls": [URL]}),
    Case("image_urls", model=I2V),
    Case("image_urls", {"image_urls": []}, model=I2V),
    Case("image_urls", {"image_urls": [URL] * 3}, model=I2V),
    Case("image_urls", {"image_urls": URL}, model=I2V),
    Case("image_urls", {"image_urls": [1]}, model=I2V),
    Case("image_urls", {"image_urls": ["data:image/png;base64,AAAA"]}, model=I2V),
    Case("image_urls", {"image_urls": ["a.png"]}, model=I2V),
    Case("video_urls", {"image_urls": [URL], "video_urls": [URL]}, model=I2V),
    Case("image_urls", {"image_urls": [URL] * 10}, model=R2V),
    Case("video_urls", {"video_urls": [URL] * 4}, model=R2V),
    Case("audio_urls", {"image_urls": [URL], "audio_urls": [URL] * 4}, model=R2V),
    Case("audio_urls", {"audio_urls": [URL]}, model=R2V),
    Case("model_params", {"model_params": {"web_search": True}, "image_urls": [URL]}, model=I2V),
    Case("model_params", {"model_params": {"web_search": True}}, model=MINI, catalog="2026-08"),
    Case("model_params", {"model_params": {"web_search": "yes"}}),
    Case("model_params", {"model_params": {"seed": 1}}),
    Case("model_params", {"model_params": True}),
    Case("content_filter", {"content_filter": False, "model_params": {"web_search": True}}),
    Case("callback_url", {"callback_url": "http://example.com/hook"}),
    Case("callback_url", {"callback_url": "https://10.0.0.7/hook"}),
    Case("callback_url", {"callback_url": "https://192.168.1.1/hook"}),
    Case("callback_url", {"callback_url": "ftp://127.0.0.1/hook"}),
    Case("callback_url", {"callback_url": "https://example.com/" + "x" * 2048}),
    Case("callback_url", {"callback_url": "nowhere"}),
    Case("callback_url", {"callback_url": 1}),
    Case("seed", {"seed": 1}),
    Case("n", {"n": 1}),
]

ACCEPTED = [
    Case(None),
    Case(None, {"duration": 4, "quality": "480p", "aspect_ratio": "adaptive"}),
    Case(None, {"duration": 15, "generate_audio": False, "content_filter": False}),
    Case(None, {"model_params": {"web_search": True}}),
    Case(None, {"image_urls": [URL, URL]}, model=I2V),
    Case(
        None, {"image_urls": [URL] * 9, "video_urls": [URL] * 3, "audio_urls": [URL] * 3}, model=R2V
    ),
    Case(None, {"callback_url": "https://example.com/hook"}),
    Case(None, {"callback_url": "http://127.0.0.1:9/hook"}),
    Case(None, {"quality": "4k"}, catalog="2026-08"),
    Case(None, model=MINI, catalog="2026-08"),
    *(Case(None, {"aspect_ratio": ratio}) for ratio in SIZES["480p"]),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.param}-{case.body!s:.70}")
def test_a_bad_field_is_a_400_that_names_it(case: Case) -> None:
    """Each refusal is `invalid_request` with the parameter in `param` and in the message."""
    refusal = check(case.body, case.catalog)  # type: ignore[arg-type]

    assert refusal is not None
    assert (refusal.status, refusal.code) == (400, "invalid_request")
    assert refusal.param == case.param
    assert refusal.message.startswith(f"Invalid request parameters: {case.param}: ")


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: f"{case.body!s:.70}")
def test_a_documented_body_is_accepted(case: Case) -> None:
    """What the documents allow passes."""
    assert check(case.body, case.catalog) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [None, [], "text", 3, True])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    """The whole body has to be a JSON object."""
    refusal = check(body, "quickstart")  # type: ignore[arg-type]

    assert refusal is not None
    assert (refusal.status, refusal.param) == (400, None)


def test_the_bare_name_is_told_by_its_name() -> None:
    """The first trap of the quickstart: the answer shows what was sent and what to send."""
    refusal = check({"model": "seedance-2.0", "prompt": "x"}, "quickstart")

    assert refusal is not None
    assert "'seedance-2.0'" in refusal.message
    assert T2V in refusal.message


def test_a_model_outside_the_catalog_is_a_403() -> None:
    """The quickstart's key has no access to the mini models."""
    refusal = check({"model": MINI, "prompt": "x"}, "quickstart")

    assert refusal is not None
    assert (refusal.status, refusal.code) == (403, "model_access_denied")
    assert refusal.message == f"Token does not have access to model: {MINI}"


def test_the_old_style_body_has_the_status_as_its_code() -> None:
    """Errors of the credits call carry an integer code."""
    refusal = check({}, "quickstart")

    assert refusal is not None
    assert refusal.body(old_style=True)["error"]["code"] == 400  # type: ignore[index]


def test_the_catalogs_have_six_and_nine_models() -> None:
    """Three kinds a tier, and every name comes apart into what it was made of."""
    assert [3 * len(CATALOGS[name]) for name in ("quickstart", "2026-08")] == [6, 9]
    assert split_model("seedance-2.0-mini-reference-to-video") == ("mini", "reference")
    assert split_model("seedance-2.0-pro-text-to-video") is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://localhost/x", True),
        ("http://[::1]:3/", True),
        ("http://127.0.0.1.example.com/", False),
        ("http://user@example.com/127.0.0.1", False),
        ("https://8.8.8.8/", False),
    ],
)
def test_only_this_machine_counts_as_loopback(url: str, expected: bool) -> None:  # noqa: FBT001
    """The host decides, not how the URL looks."""
    assert is_loopback(url) is expected
