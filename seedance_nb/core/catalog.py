"""The one table of models and parameters.

Validation, wire form, options of the magic and of the command line, help and form controls are all
read from here. Facts: the quickstart (six models, 480p and 720p) and the model pages of
docs.evolink.ai as of 2026-08-21 (nine models, 1080p and 4k on standard).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["text", "image", "reference"]
Tier = Literal["standard", "fast", "mini"]
Kind = Literal["prompt", "choice", "integer", "flag", "media", "url"]

MODES: tuple[Mode, ...] = ("text", "image", "reference")
TIERS: tuple[Tier, ...] = ("standard", "fast", "mini")
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive")
QUALITIES = ("480p", "720p", "1080p", "4k")

# How many files of each kind a mode takes (model pages: image-to-video, reference-to-video).
MEDIA: dict[Mode, dict[str, tuple[int, int]]] = {
    "text": {"images": (0, 0), "videos": (0, 0), "audios": (0, 0)},
    "image": {"images": (1, 2), "videos": (0, 0), "audios": (0, 0)},
    "reference": {"images": (0, 9), "videos": (0, 3), "audios": (0, 3)},
}
# What each file may be (model pages): name, suffix, media type.
FORMATS = {
    "jpeg": ("JPEG", ".jpg", "image/jpeg"),
    "png": ("PNG", ".png", "image/png"),
    "webp": ("WebP", ".webp", "image/webp"),
    "mp4": ("MP4", ".mp4", "video/mp4"),
    "mov": ("MOV", ".mov", "video/quicktime"),
    "wav": ("WAV", ".wav", "audio/wav"),
    "mp3": ("MP3", ".mp3", "audio/mpeg"),
}
OLD_AREA = 927_408  # pixels of a reference video; the bound of sources older than 2026-05-06


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds, both inclusive, of one kind of input.

    Attributes:
        formats: Keys of `FORMATS`.
        others: Formats that `--fit` turns into one of these.
        most_bytes: Size of a file.
        sides: Pixels of width and of height.
        ratios: Width by height.
        area: Width times height, in pixels.
        seconds: Length of each; the upper bound holds for all of a request together, too.
        fps: Frames a second.
    """

    formats: tuple[str, ...]
    most_bytes: int
    sides: tuple[int, int] | None = None
    ratios: tuple[float, float] = (0.4, 2.5)
    area: tuple[int, int] = (0, 0)
    seconds: tuple[float, float] | None = None
    fps: tuple[float, float] | None = None
    others: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """What must be known of a file to hold it against these bounds."""
        asked = {"width": self.sides, "duration": self.seconds, "fps": self.fps}
        return tuple(name for name, bounds in asked.items() if bounds)


LIMITS: dict[str, Limits] = {
    "images": Limits(
        formats=("jpeg", "png", "webp"), most_bytes=30 * 10**6, sides=(300, 6000),
        others=("HEIC", "AVIF", "GIF", "BMP", "TIFF", "JPEG 2000", "ICO"),
    ),
    "videos": Limits(
        formats=("mp4", "mov"), most_bytes=50 * 10**6, sides=(300, 6000),
        area=(409_600, 2_086_876), seconds=(2, 15), fps=(24, 60),
        others=("WebM", "Matroska", "AVI", "FLV", "WMV", "MPEG", "GIF"),
    ),
    "audios": Limits(
        formats=("wav", "mp3"), most_bytes=15 * 10**6, seconds=(2, 15),
        others=(
            "M4A", "AAC", "FLAC", "OGG", "AIFF", "AMR", "RF64", "mp4", "mov", "WebM", "Matroska",
        ),
    ),
}  # fmt: skip
DEFAULT_RATIO: dict[Mode, str] = {"text": "16:9", "image": "adaptive", "reference": "adaptive"}

# Width and height in pixels of the result (model pages).
PIXELS: dict[str, dict[str, tuple[int, int]]] = {
    "16:9": {"480p": (864, 496), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)},
    "4:3": {"480p": (752, 560), "720p": (1112, 834), "1080p": (1664, 1248), "4k": (3326, 2494)},
    "1:1": {"480p": (640, 640), "720p": (960, 960), "1080p": (1440, 1440), "4k": (2880, 2880)},
    "3:4": {"480p": (560, 752), "720p": (834, 1112), "1080p": (1248, 1664), "4k": (2494, 3326)},
    "9:16": {"480p": (496, 864), "720p": (720, 1280), "1080p": (1080, 1920), "4k": (2160, 3840)},
    "21:9": {"480p": (992, 432), "720p": (1470, 630), "1080p": (2206, 946), "4k": (4398, 1886)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a request, in all its forms.

    Attributes:
        name: Field of `VideoRequest`.
        wire: Where it goes in the JSON body; a dot means an object inside.
        kind: What sort of value it is.
        options: Its spellings on the line of the magic and of the command line.
        default: What is sent when nothing is said; None where it depends on the mode.
        choices: The valid words of a choice, over all catalogs.
        minimum: Smallest integer.
        maximum: Largest integer.
        value_when_given: What a flag sets when its option stands on the line.
    """

    name: str
    wire: str
    kind: Kind
    options: tuple[str, ...] = ()
    default: object = None
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    value_when_given: bool = True

    @property
    def metavar(self) -> str:
        """What stands for its value in the help of its options; empty for a flag."""
        named = {"flag": "", "integer": "N", "media": "X", "url": "URL"}
        return named.get(self.kind, self.name.rpartition("_")[2].upper())


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(name="model", wire="model", kind="choice", options=("-m", "--model"), choices=MODES),
    Parameter(name="prompt", wire="prompt", kind="prompt"),
    Parameter(
        name="tier", wire="", kind="choice", options=("-t", "--tier"), default="standard",
        choices=TIERS,
    ),
    Parameter(
        name="duration", wire="duration", kind="integer", options=("-d", "--duration"), default=5,
        minimum=4, maximum=15,
    ),
    Parameter(
        name="quality", wire="quality", kind="choice", options=("-q", "--quality"), default="720p",
        choices=QUALITIES,
    ),
    Parameter(
        name="aspect_ratio", wire="aspect_ratio", kind="choice", options=("-a", "--aspect-ratio"),
        choices=RATIOS,
    ),
    Parameter(name="images", wire="image_urls", kind="media", options=("--image",)),
    Parameter(name="videos", wire="video_urls", kind="media", options=("--video",)),
    Parameter(name="audios", wire="audio_urls", kind="media", options=("--audio",)),
    Parameter(
        name="generate_audio", wire="generate_audio", kind="flag", options=("--no-audio",),
        default=True, value_when_given=False,
    ),
    Parameter(
        name="web_search", wire="model_params.web_search", kind="flag", options=("--web-search",),
        default=False,
    ),
    Parameter(
        name="content_filter", wire="content_filter", kind="flag",
        options=("--no-content-filter",), default=True, value_when_given=False,
    ),
    Parameter(name="callback_url", wire="callback_url", kind="url", options=("--callback-url",)),
)  # fmt: skip
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
MEDIA_FIELDS = tuple(p.name for p in PARAMETERS if p.kind == "media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model ID and what it accepts.

    Attributes:
        id: The ID that goes into the request; there is no automatic choice on the server.
        mode: Which inputs it takes.
        tier: Speed and price.
        qualities: The resolutions it renders.
        web_search: Whether it takes `model_params.web_search` (text, standard and fast only).
    """

    id: str
    mode: Mode
    tier: Tier
    qualities: tuple[str, ...]
    web_search: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What the service offered on a date.

    Attributes:
        name: The date, or a word for it.
        models: The models.
        tiers: The tiers that have a model, cheapest last.
    """

    name: str
    models: tuple[Model, ...]
    tiers: tuple[Tier, ...] = field(init=False)

    def __post_init__(self) -> None:
        known = {model.tier for model in self.models}
        object.__setattr__(self, "tiers", tuple(tier for tier in TIERS if tier in known))

    def find(self, model_id: str) -> Model | None:
        """The model with exactly this ID."""
        return next((model for model in self.models if model.id == model_id), None)

    def choices(self, parameter: Parameter) -> tuple[str, ...]:
        """The words of a choice that some model of this catalog takes."""
        known = {*self.tiers, *(quality for model in self.models for quality in model.qualities)}
        limited = parameter.name in ("tier", "quality")
        return tuple(word for word in parameter.choices if word in known or not limited)

    def pick(self, mode: Mode, tier: str) -> Model | None:
        """The model for a mode and a tier."""
        return next((m for m in self.models if m.mode == mode and m.tier == tier), None)


def _models(tiers: dict[Tier, tuple[str, ...]]) -> tuple[Model, ...]:
    return tuple(
        Model(
            id=f"seedance-2.0-{'' if tier == 'standard' else tier + '-'}{mode}-to-video",
            mode=mode,
            tier=tier,
            qualities=qualities,
            web_search=mode == "text" and tier != "mini",
        )
        for tier, qualities in tiers.items()
        for mode in MODES
    )


CATALOGS: dict[str, Catalog] = {
    "quickstart": Catalog(
        name="quickstart",
        models=_models({"standard": ("480p", "720p"), "fast": ("480p", "720p")}),
    ),
    "2026-08": Catalog(
        name="2026-08",
        models=_models({"standard": QUALITIES, "fast": ("480p", "720p"), "mini": ("480p", "720p")}),
    ),
}
ALIASES = {"latest": "2026-08"}
DEFAULT = "quickstart"
_in_use = [DEFAULT]


def resolve(name: str) -> str | None:
    """The dated name behind an alias; None where no such catalog is known."""
    name = ALIASES.get(name, name)
    return name if name in CATALOGS else None


def use(name: str) -> None:
    """Make this the catalog of requests that name none."""
    _in_use[0] = CATALOGS[ALIASES.get(name, name)].name


def in_use() -> str:
    """Name of the catalog of requests that name none."""
    return _in_use[0]
