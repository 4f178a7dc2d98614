"""Every word a user sees, in English and Chinese.

`TABLE` maps an id to its two texts, templates for `str.format`. An id with `.hint` says what to do
about the text of the same name, and about those below it that have no hint of their own.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_in_use: list[Language] = ["en"]


def use(language: Language) -> None:
    """Speak this language from now on."""
    _in_use[0] = language


def language() -> Language:
    """The language spoken now."""
    return _in_use[0]


def say(text_id: str, /, **values: object) -> str:
    """The text in the language of the session, with the values filled in."""
    template = TABLE[text_id][LANGUAGES.index(_in_use[0])]
    counted = {k: _Count(v) if type(v) is int else v for k, v in values.items()}
    try:
        return template.format_map(_Values(counted))
    except (ValueError, TypeError):  # a word where a number belongs: a journal can hold anything
        return template.format_map(_Values({k: _Word(v) for k, v in values.items()}))


def hint_of(text_id: str) -> str | None:
    """The id of what to do about a text: its own, or that of the nearest text above it."""
    while text_id and f"{text_id}.hint" not in TABLE:
        text_id = text_id.rpartition(".")[0]
    return f"{text_id}.hint" if text_id else None


class _Count(int):
    """A number that brings its word along: `{count:video|videos}` is `1 video` or `2 videos`."""

    def __format__(self, form: str) -> str:
        one, bar, many = form.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if bar else super().__format__(form)


class _Values(dict[str, object]):
    """A missing value shows as a dash: a message must never fail to be shown."""

    def __missing__(self, key: str) -> _Word:
        return _Word("-")


class _Word(str):
    """What stands as it is, whatever form it was to have."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return str(self)


TABLE: dict[str, tuple[str, str]] = {
    # --- problems of a request -----------------------------------------------------------------
    "problem.prompt.type": (
        "`prompt` must be text, not {value!r}.",
        "`prompt` 必须是文字，不能是 {value!r}。",
    ),
    "problem.prompt.empty": (
        "`prompt` is empty: describe the video (in a cell: in the lines below the first).",
        "`prompt` 为空：请描述想要的视频（在单元格中写在第一行下面）。",
    ),
    "problem.prompt.half": (
        "`prompt` has half a character in it (a lone surrogate), which cannot be sent.",
        "`prompt` 中有半个字符（孤立的代理项），无法发送。",
    ),
    "problem.prompt.tokens": (
        "`prompt` has at least {count} tokens; the service takes {limit}. Shorten it.",
        "`prompt` 至少有 {count} 个 token，服务上限为 {limit}。请缩短。",
    ),
    "problem.prompt.long.characters": (
        "`prompt` has {count} Chinese characters; about {limit} are advised, "
        "details beyond that may be lost.",
        "`prompt` 有 {count} 个汉字，建议不超过 {limit} 个，超出的细节可能丢失。",
    ),
    "problem.prompt.long.words": (
        "`prompt` has {count} words; about {limit} are advised, details beyond that may be lost.",
        "`prompt` 有 {count} 个单词，建议不超过 {limit} 个，超出的细节可能丢失。",
    ),
    "problem.reference.empty": (
        "A reference model without any image or video works like text-to-video, if at all.",
        "参考生视频没有图片或视频时，效果等同文生视频，也可能被拒绝。",
    ),
    "problem.choice": (
        "`{field}`: {value!r} is not valid; choose one of: {choices}.",
        "`{field}`：{value!r} 无效；可选：{choices}。",
    ),
    "problem.choice.close": (
        "`{field}`: {value!r} is not valid; did you mean {close!r}? Valid: {choices}.",
        "`{field}`：{value!r} 无效；是否想写 {close!r}？可选：{choices}。",
    ),
    "problem.integer": (
        "`{field}`: {value!r} must be a whole number from {low} to {high}.",
        "`{field}`：{value!r} 必须是 {low} 到 {high} 的整数。",
    ),
    "problem.flag": (
        "`{field}`: {value!r} must be True or False.",
        "`{field}`：{value!r} 必须是 True 或 False。",
    ),
    "problem.quality": (
        "`quality`: {value!r} is not offered by {model} in the catalog {catalog!r}; use {choices}.",
        "`quality`：{model}（目录 {catalog!r}）不支持 {value!r}；请改用 {choices}。",
    ),
    "problem.model.bare": (
        "`model`: {value!r} is not a model ID; there is no automatic choice on the server. Use "
        "a full ID such as {choices}, or leave the model out to have it chosen.",
        "`model`：{value!r} 不是完整的模型 ID，服务端不会自动选择。请使用完整 ID，如 {choices}；或不填，由本工具按输入选择。",
    ),
    "problem.tier.conflict": (
        "`tier`: {value!r} does not fit the model {model}; leave one of the two out.",
        "`tier`：{value!r} 与模型 {model} 不符；请只填其中一个。",
    ),
    "problem.media.url": (
        "`{field}`: {value!r} is not a URL, and there is no such file here.",
        "`{field}`：{value!r} 不是网址，这里也没有这个文件。",
    ),
    "problem.media.nothing": (
        "`{field}`: what was given is empty: no file is chosen in it. Choose one, or leave it out.",
        "`{field}`：给出的内容为空，没有选择文件；请选择一个，或不写这一项。",
    ),
    "problem.file.missing": (
        "`{field}`: there is no file {value!r}; did you mean {close!r}?",
        "`{field}`：没有文件 {value!r}；是否想写 {close!r}？",
    ),
    "problem.file.kind": (
        "`{field}`: {value} cannot be an input. Give a URL, a path, bytes, an open file, a "
        "picture, an array, a figure, an upload or a job.",
        "`{field}`：{value} 不能作输入。请给网址、路径、bytes、打开的文件、图片、数组、图表、上传的文件或任务。",
    ),
    "problem.file.text": (
        "`{field}`: {value!r} is open as text; open it with mode 'rb'.",
        "`{field}`：{value!r} 是以文本方式打开的；请用 'rb' 方式打开。",
    ),
    "problem.file.array": (
        "`{field}`: an array of {shape} with {value} is not a picture. Give H x W, H x W x 3 or "
        "H x W x 4 with uint8, or with floats from 0 to 1.",
        "`{field}`：形状 {shape}、类型 {value} 的数组不是图片。请给 H x W、H x W x 3 或 H x W x 4，"
        "类型为 uint8，或 0 到 1 的浮点数。",
    ),
    "problem.file.media": (
        "`{field}`: to make a picture of {value}, run `pip install 'seedance_nb[media]'`.",
        "`{field}`：要把 {value} 变成图片，请运行 `pip install 'seedance_nb[media]'`。",
    ),
    "problem.file.upload": (
        "`{field}`: the upload {value!r} did not arrive whole; the browser sends up to 8 MB. "
        "Give larger files by path.",
        "`{field}`：上传的 {value!r} 不完整；浏览器最多传 8 MB。更大的文件请给路径。",
    ),
    "problem.file.empty": (
        "`{field}`: {value!r} has no picture, video or sound in it.",
        "`{field}`：{value!r} 里没有图片、视频或声音。",
    ),
    "problem.file.folder": (
        "`{field}`: {value!r} is a folder; name a file in it.",
        "`{field}`：{value!r} 是文件夹；请指定其中的文件。",
    ),
    "problem.file.special": (
        "`{field}`: {value!r} is a pipe or a device, not a file; give a plain file.",
        "`{field}`：{value!r} 是管道或设备，不是文件；请给普通文件。",
    ),
    "problem.file.link": (
        "`{field}`: {value!r} is a link that leads to no file; give the file itself.",
        "`{field}`：{value!r} 是链接，但指向的文件不存在；请直接给文件。",
    ),
    "problem.file.growing": (
        "`{field}`: {value!r} changed while it was read; try again when it is complete.",
        "`{field}`：{value!r} 在读取时被改动；请等文件写完再试。",
    ),
    "problem.file.truncated": (
        "`{field}`: {value!r} is cut short: its end is missing. Copy or export it again.",
        "`{field}`：{value!r} 不完整，缺少结尾。请重新复制或导出。",
    ),
    "problem.file.broken": (
        "`{field}`: {value!r} is damaged: its headers make no sense. Export it again.",
        "`{field}`：{value!r} 已损坏，文件头无法解读。请重新导出。",
    ),
    "problem.url.scheme": (
        "`{field}`: {value!r}: {scheme}:// is not supported. Give an http(s) URL that anybody "
        "can open, or the path of a file.",
        "`{field}`：{value!r}：不支持 {scheme}://。请给公开的 http(s) 地址，或文件路径。",
    ),
    "problem.url.broken": (
        "`{field}`: {value!r} is not a complete address; check the host, and that there are no "
        "spaces.",
        "`{field}`：{value!r} 不是完整的网址；请检查主机名和空格。",
    ),
    "problem.url.data": (
        "`{field}`: {value!r} is not a whole data: address; copy it again or give a file.",
        "`{field}`：{value!r} 不是完整的 data: 地址；请重新复制或给文件。",
    ),
    "problem.url.display": (
        "`{field}`: what is shown here comes from {value!r}; give that address itself.",
        "`{field}`：显示的内容来自 {value!r}；请直接给这个网址。",
    ),
    "problem.job.unfinished": (
        "`{field}`: job {value} has no video yet (it is {status}); `job.wait()` first.",
        "`{field}`：任务 {value} 还没有视频（状态：{status}）；请先 `job.wait()`。",
    ),
    "problem.file.gone": (
        "`{field}`: {value} is no longer where it was, and no copy of it was kept "
        "(sha256 {sha256}). Give the file again.",
        "`{field}`：{value} 已不在原处，也没有保留副本（sha256 {sha256}）。请重新提供该文件。",
    ),
    "problem.file.changed": (
        "`{field}`: {value} was changed after it was checked (sha256 {sha256}). "
        "Give the file again.",
        "`{field}`：{value} 在检查之后被修改（sha256 {sha256}）。请重新提供该文件。",
    ),
    "problem.file.unreadable": (
        "`{field}`: {value!r} cannot be read: {reason}.",
        "`{field}`：无法读取 {value!r}：{reason}。",
    ),
    "problem.file.size": (
        "`{field}`: {value!r} is {size} MB; at most {limit} MB are accepted. Compress it, or "
        "add `--fit`.",
        "`{field}`：{value!r} 有 {size} MB，最多 {limit} MB。请先压缩，或加 `--fit`。",
    ),
    "problem.file.format": (
        "`{field}`: {value!r} is {found} by its content; the service takes {choices}. Convert it.",
        "`{field}`：{value!r} 的内容是 {found}；服务只接受 {choices}。请先转换格式。",
    ),
    "problem.file.format.fit": (
        "`{field}`: {value!r} is {found} by its content; the service takes {choices}. Convert it, "
        "or add `--fit`.",
        "`{field}`：{value!r} 的内容是 {found}；服务只接受 {choices}。请先转换格式，或加 `--fit`。",
    ),
    "problem.file.unknown": (
        "`{field}`: {value!r} is neither picture, video nor sound by its content; the service takes "
        "{choices}.",
        "`{field}`：{value!r} 的内容不是图片、视频或声音；服务只接受 {choices}。",
    ),
    "problem.file.is.images": (
        "`{field}`: {value!r} is a picture ({found}); give it as `images`. Here: {choices}.",
        "`{field}`：{value!r} 是图片（{found}）；请放到 `images`。这里只接受 {choices}。",
    ),
    "problem.file.is.videos": (
        "`{field}`: {value!r} is a video ({found}); give it as `videos`, or a frame of it "
        "(`job.video.frame(-1)`). Here: {choices}.",
        "`{field}`：{value!r} 是视频（{found}）；请放到 `videos`，或用其中一帧"
        "（`job.video.frame(-1)`）。这里只接受 {choices}。",
    ),
    "problem.file.is.audios": (
        "`{field}`: {value!r} is sound ({found}); give it as `audios`. Here: {choices}.",
        "`{field}`：{value!r} 是音频（{found}）；请放到 `audios`。这里只接受 {choices}。",
    ),
    "problem.file.sides": (
        "`{field}`: {value!r} has {width} x {height} pixels; each side must have {low} to {high}. "
        "Scale it, or add `--fit`.",
        "`{field}`：{value!r} 为 {width} x {height} 像素；边长须为 {low} 到 {high}。请缩放，或加 `--fit`。",
    ),
    "problem.file.ratio": (
        "`{field}`: {value!r} has {width} x {height} pixels; width by height must be {low} to "
        "{high}. Crop it, or add `--fit`.",
        "`{field}`：{value!r} 为 {width} x {height} 像素；宽高比须为 {low} 到 {high}。请裁剪，或加 `--fit`。",
    ),
    "problem.file.area": (
        "`{field}`: {value!r} has {width} x {height} = {area} pixels a frame; {low} to {high} are "
        "taken. Scale it, or add `--fit`.",
        "`{field}`：{value!r} 每帧 {width} x {height} = {area} 像素；须为 {low} 到 {high}。请缩放，或加 `--fit`。",
    ),
    "problem.file.area.old": (
        "`{field}`: {value!r} has {area} pixels a frame; older documents of the service allow "
        "{limit} at most.",
        "`{field}`：{value!r} 每帧 {area} 像素；服务的旧文档上限为 {limit}。",
    ),
    "problem.file.seconds": (
        "`{field}`: {value!r} lasts {seconds} s; {low} to {high} s are taken. Cut it, "
        "or add `--fit`.",
        "`{field}`：{value!r} 时长 {seconds} 秒；须为 {low} 到 {high} 秒。请剪辑，或加 `--fit`。",
    ),
    "problem.file.seconds.short": (
        "`{field}`: {value!r} lasts {seconds} s; {low} to {high} s are taken. Use a longer one: "
        "`--fit` makes none longer.",
        "`{field}`：{value!r} 时长 {seconds} 秒；须为 {low} 到 {high} 秒。请换更长的，`--fit` 不会加长。",
    ),
    "problem.file.total": (
        "`{field}`: together they last {seconds} s; at most {high} s are taken. Cut or drop one, "
        "or add `--fit`.",
        "`{field}`：合计 {seconds} 秒，最多 {high} 秒。请剪短或去掉一个，或加 `--fit`。",
    ),
    "problem.file.fps": (
        "`{field}`: {value!r} has {fps} frames a second; {low} to {high} are taken. Convert it, "
        "or add `--fit`.",
        "`{field}`：{value!r} 帧率为 {fps}；须为 {low} 到 {high}。请转换，或加 `--fit`。",
    ),
    "problem.fit.narrow": (
        "`{field}`: {value!r} has {width} x {height} pixels; `--fit` would have to cut off "
        "{percent} % of it, so crop it yourself.",
        "`{field}`：{value!r} 为 {width} x {height} 像素；`--fit` 须裁掉 {percent}%，请自行裁剪。",
    ),
    "problem.fit.extra": (
        "`{field}`: {value!r} cannot be fitted without {missing}; run `pip install "
        "'seedance_nb[media]'`.",
        "`{field}`：缺少 {missing}，无法适配 {value!r}；请安装 `pip install 'seedance_nb[media]'`。",
    ),
    "problem.fit.heic": (
        "`{field}`: Pillow cannot read {value!r}, which is HEIC; run `pip install pillow-heif`, "
        "or save it as JPEG.",
        "`{field}`：Pillow 读不了 HEIC 文件 {value!r}；请安装 `pip install pillow-heif`，或另存为 JPEG。",
    ),
    "problem.fit.failed": (
        "`{field}`: {value!r} cannot be fitted: {reason}.",
        "`{field}`：无法适配 {value!r}：{reason}。",
    ),
    "fit.line": (
        "{name} was fitted: {steps}. The original is unchanged.",
        "{name} 已适配：{steps}。原文件未改动。",
    ),
    "fit.format": ("{old} to {new}", "{old} 转为 {new}"),
    "fit.crop": ("cropped from {old} to {new} pixels", "居中裁剪 {old} 到 {new} 像素"),
    "fit.scale": ("scaled from {old} to {new} pixels", "缩放 {old} 到 {new} 像素"),
    "fit.cut": ("cut from {old} s to {new} s", "从 {old} 秒截到 {new} 秒"),
    "fit.fps": ("{old} to {new} frames a second", "帧率 {old} 到 {new}"),
    "fit.size": ("{old} to {new}", "{old} 到 {new}"),
    "problem.file.unchecked": (
        "`{field}`: {value!r} could not be checked in full; not readable: {facts}. The extra "
        "`seedance_nb[media]` reads more kinds of files, if it is not installed yet.",
        "`{field}`：{value!r} 未能完整检查，读不出：{facts}。如未安装 `seedance_nb[media]`，装上后能读更多种文件。",
    ),
    "fact.width": ("width and height", "宽高"),
    "fact.duration": ("length", "时长"),
    "fact.fps": ("frames a second", "帧率"),
    "problem.image.ratios": (
        "`images`: first and last frame differ in shape; the last one is cropped to the first.",
        "`images`：首帧与尾帧的宽高比不同；尾帧会按首帧裁剪。",
    ),
    "problem.tag.nofile": (
        "The prompt mentions {tag}, but there is no such input; there are: {choices}.",
        "提示词提到了 {tag}，但没有这个输入；现有：{choices}。",
    ),
    "problem.prompt.choice": (
        "{value} in the prompt is sent as it stands; add `--sweep` (Python: `sd.sweep`) to make "
        "one video of each.",
        "提示词中的 {value} 会原样发送；加 `--sweep`（Python 用 `sd.sweep`）才会各生成一个。",
    ),
    "problem.tag.mode": (
        "{tags} refers to a file only with `-m reference`.",
        "只有用 `-m reference` 时，{tags} 才指代文件。",
    ),
    "problem.tag.unused": (
        "The prompt does not mention {tags}.",
        "提示词没有提到 {tags}。",
    ),
    "problem.media.count": (
        "`{field}`: {value} given; {model} takes {low} to {high}.",
        "`{field}`：给了 {value} 个；{model} 接受 {low} 到 {high} 个。",
    ),
    "problem.media.refused": (
        "`{field}`: {model} takes none of these, {value} given; use {other}, "
        "or leave the model out to have it chosen.",
        "`{field}`：{model} 不接受此类输入（给了 {value} 个）；请改用 {other}，"
        "或不填 model，由本工具选择。",
    ),
    "problem.audio.alone": (
        "`audios`: sound alone is refused; add at least one image or video.",
        "`audios`：不能只有音频；请至少加一张图片或一段视频。",
    ),
    "problem.search.model": (
        "`web_search`: {model} does not take it; it works with text-to-video, standard and fast.",
        "`web_search`：{model} 不支持；仅 standard 与 fast 的文生视频可用。",
    ),
    "problem.search.filter": (
        "`web_search` and a relaxed content filter cannot be combined; drop one of them.",
        "`web_search` 不能与关闭 content_filter 同时使用；请去掉其中一个。",
    ),
    "problem.callback.url": (
        "`callback_url`: {value!r} is not a URL; give a public https address.",
        "`callback_url`：{value!r} 不是网址；请给出公开的 https 地址。",
    ),
    "problem.callback.https": (
        "`callback_url`: {value!r} must begin with https://.",
        "`callback_url`：{value!r} 必须以 https:// 开头。",
    ),
    "problem.callback.private": (
        "`callback_url`: {value!r} is a private address, which the service cannot reach; "
        "give a public one.",
        "`callback_url`：{value!r} 是内网地址，服务无法访问；请给出公开地址。",
    ),
    "problem.callback.long": (
        "`callback_url` has {value} characters; at most {high} are taken.",
        "`callback_url` 有 {value} 个字符，最多 {high} 个。",
    ),
    "problem.field": (
        "`{field}` is not a parameter of this API.",
        "`{field}` 不是此 API 的参数。",
    ),
    "problem.field.close": (
        "`{field}` is not a parameter of this API; did you mean `{close}`?",
        "`{field}` 不是此 API 的参数；是否想写 `{close}`？",
    ),
    "problem.name": (
        "{value!r} cannot be the name of a variable. The prompt goes into the lines below the "
        "first; values with spaces need quotes.",
        "{value!r} 不能作变量名。提示词请写在第一行下面；带空格的值要加引号。",
    ),
    "problem.name.file": (
        "{value!r} is not the name of a variable; with several files, write the option before "
        "each: `{option} {value}`.",
        "{value!r} 不是变量名；多个文件须每个前面各写一次选项：`{option} {value}`。",
    ),
    "problem.name.taken": (
        "{value!r} is a word of Python itself and cannot name the job; choose another NAME.",
        "{value!r} 是 Python 自己的词，不能作变量名；请换一个。",
    ),
    "problem.variable.kind": (
        "The variable {name!r} holds a {kind}, which is not text; write {{{{{name}}}}} if the "
        "braces belong to the prompt.",
        "变量 {name!r} 是 {kind}，不是文字；若花括号属于提示词，请写 {{{{{name}}}}}。",
    ),
    "problem.out": (
        "`out`: {value!r} ends in {ending!r}, but what comes is an MP4; give a folder or a name "
        "that ends in .mp4.",
        "`out`：{value!r} 以 {ending!r} 结尾，但生成的是 MP4；请给文件夹或以 .mp4 结尾的文件名。",
    ),
    "problem.out.kind": (
        "`out`: {value!r} is not a path; give a folder or a name that ends in .mp4.",
        "`out`：{value!r} 不是路径；请给文件夹或以 .mp4 结尾的文件名。",
    ),
    "problem.tier.catalog": (
        "`tier`: {value!r} is not in the catalog {catalog!r}; set SEEDANCE_NB_CATALOG=2026-08 or "
        '`sd.configure(catalog="2026-08")`. Here: {choices}.',
        "`tier`：目录 {catalog!r} 中没有 {value!r}；请设置 SEEDANCE_NB_CATALOG=2026-08 或 "
        '`sd.configure(catalog="2026-08")`。当前可选：{choices}。',
    ),
    "problem.body": (
        "`{field}`: these addresses make the request {size} MB, and {limit} MB are allowed; "
        "give shorter ones, or the files themselves.",
        "`{field}`：这些网址使请求达到 {size} MB，上限是 {limit} MB；请给较短的网址，或直接给文件。",
    ),
    "problem.media.private": (
        "`{field}`: {value!r} is a private address, which the service cannot reach; "
        "give a public one.",
        "`{field}`：{value!r} 是内网地址，服务无法访问；请给出公开地址。",
    ),
    "problem.word": (
        "{value!r} is one word too many: values with spaces need quotes, several images need an "
        "option each, and the prompt of a cell goes below its first line.",
        "多了一个词 {value!r}：带空格的值要加引号，多张图片各用一个选项，单元格的提示词写在第一行下面。",
    ),
    "problem.option": (
        "{value!r} is not an option; `%%seedance?` or `seedance-nb generate --help` lists "
        "them all.",
        "没有选项 {value!r}；`%%seedance?` 或 `seedance-nb generate --help` 列出全部选项。",
    ),
    "problem.sweep.key": (
        "`--sweep`: there is no field {value!r} to vary; `{{a|b}}` in the prompt varies the prompt.",
        "`--sweep`：没有可变的字段 {value!r}；提示词用 `{{a|b}}` 变化。",
    ),
    "problem.sweep.key.close": (
        "`--sweep`: there is no field {value!r}; did you mean {close}?",
        "`--sweep`：没有字段 {value!r}；是不是 {close}？",
    ),
    "problem.sweep.flag": (
        "`--sweep {key}=...` takes sound files; sound or none is `generate_audio=true,false`.",
        "`--sweep {key}=...` 指音频文件；有声或无声请写 `generate_audio=true,false`。",
    ),
    "problem.sweep.empty": (
        "The sweep has no values for `{key}`, or an empty one.",
        "批量中 `{key}` 没有取值，或有空值。",
    ),
    "problem.sweep.twice": (
        "`{key}` is given twice: vary it or set it, not both.",
        "`{key}` 给了两次：要么变化，要么固定。",
    ),
    "problem.sweep.nothing": (
        "There is nothing to vary: `--sweep` wants `key=a,b` or `{{a|b}}` in the prompt.",
        "没有可变的内容：`--sweep` 需要 `key=a,b`，或提示词中的 `{{a|b}}`。",
    ),
    "problem.sweep.many": (
        "The sweep would make more than {high} videos; shorten a list.",
        "这一批会超过 {high} 个视频；请缩短列表。",
    ),
    "problem.credits": (
        "`{field}` = {value!r}: a cap is a number of credits, 0 or more.",
        "`{field}` = {value!r}：上限应为不小于 0 的额度数。",
    ),
    "problem.option.close": (
        "{value!r} is not an option; did you mean {close}?",
        "没有选项 {value!r}；是否想写 {close}？",
    ),
    "problem.options": (
        "The options cannot be read: {message}.",
        "无法读取选项：{message}。",
    ),
    "problem.options.value": ("{option} needs a value", "{option} 缺少值"),
    "problem.options.flag": ("{option} takes no value ({value})", "{option} 不带值（{value}）"),
    "problem.options.missing": ("{option} is missing", "缺少 {option}"),
    "problem.options.unknown": ("{value} is not understood", "无法识别 {value}"),
    "problem.options.choice": (
        "{option} must be one of {choices}, not {value}",
        "{option} 应为 {choices} 之一，不能是 {value}",
    ),
    "problem.options.number": (
        "{option} needs a number, not {value}",
        "{option} 应为数字，不能是 {value}",
    ),
    "problem.quotes": (
        "The first line cannot be read: {message}. Close the quotes, or put the words into the "
        "prompt below.",
        "无法读取第一行：{message}。请补全引号，或把文字写到下面的提示词里。",
    ),
    "problem.variable": (
        "There is no variable {name!r}. Write {{{{{name}}}}} if the braces belong to the text.",
        "没有变量 {name!r}。若花括号是正文，请写成 {{{{{name}}}}}。",
    ),
    "problem.variable.only": (
        "{value}: only the name of a variable goes in braces; put it in one first: "
        "`{name} = {inside}`, then {{{name}}}.",
        "{value}：花括号里只能是变量名；请先赋值：`{name} = {inside}`，再写 {{{name}}}。",
    ),
    "problem.variable.close": (
        "There is no variable {name!r}; did you mean {close!r}? "
        "Write {{{{{name}}}}} if the braces belong to the text.",
        "没有变量 {name!r}；是否想写 {close!r}？若花括号是正文，请写成 {{{{{name}}}}}。",
    ),
    "problem.key": (
        "`{field}` holds an API key, which would be sent along and written down; take it out.",
        "`{field}` 含有 API 密钥，会被发送并写入记录；请删去。",
    ),
    "problem.setting.user": (
        "`{field}`: leave user name and password out of the address; they would be shown and written "
        "down.",
        "`{field}`：地址中请勿包含用户名和密码，它们会被显示并写入记录。",
    ),
    "problem.environment": (
        "The environment has {field}, which is not a setting and has no effect.",
        "环境变量 {field} 不是任何设置，不起作用。",
    ),
    "problem.environment.close": (
        "The environment has {field}, which is not a setting and has no effect; did you mean "
        "{close}?",
        "环境变量 {field} 不是设置，不起作用；是否想写 {close}？",
    ),
    "problem.variable.secret": (
        "The variable {name!r} holds the API key; it must not go into a request.",
        "变量 {name!r} 含有 API 密钥，不能放进请求。",
    ),
    "problem.timeout": (
        "`timeout`: {value!r} must be a number of seconds above 0.",
        "`timeout`：{value!r} 必须是大于 0 的秒数。",
    ),
    "problem.wait.both": (
        "`--wait` and `--no-wait` exclude each other.",
        "`--wait` 与 `--no-wait` 不能同时使用。",
    ),
    # --- errors --------------------------------------------------------------------------------
    "error.unknown": ("Something went wrong.", "出错了。"),
    "error.unknown.hint": (
        "Try again; `%seedance doctor` checks what it needs here.",
        "请重试；`%seedance doctor` 可检查本地环境。",
    ),
    "error.invalid": (
        "The request breaks a rule of the API; nothing was sent.",
        "请求不符合 API 规则，未发送。",
    ),
    "error.invalid.one": (
        "Nothing was sent: one thing in this request is not right.",
        "请求未发送：有一处问题。",
    ),
    "error.invalid.head": (
        "Nothing was sent: {count} things in this request are not right.",
        "请求未发送：有 {count} 处问题。",
    ),
    "error.config": ("The configuration is not usable.", "配置不可用。"),
    "error.config.hint": (
        "`%seedance config` shows the settings in force.",
        "`%seedance config` 显示当前设置。",
    ),
    "error.auth": ("The service refused the API key.", "服务拒绝了 API 密钥。"),
    "error.auth.hint": (
        "Check it on evolink.ai/dashboard/keys, then set EVOLINK_API_KEY or run `%seedance login`.",
        "请在 evolink.ai/dashboard/keys 核对，然后设置 EVOLINK_API_KEY 或运行 `%seedance login`。",
    ),
    "error.quota": ("The account has no credits left for this.", "账户余额不足。"),
    "error.quota.hint": (
        "Top up on evolink.ai/dashboard; `%seedance credits` shows the balance.",
        "请在 evolink.ai/dashboard 充值；`%seedance credits` 查看余额。",
    ),
    "error.budget": ("A cap of yours does not allow this.", "超出了你设定的上限。"),
    "error.budget.hint": (
        "Ask for less, or raise it: `sd.configure(max_credits=...)`.",
        "请减少请求，或调高上限：`sd.configure(max_credits=...)`。",
    ),
    "error.rate": ("The service says: too many requests.", "服务提示：请求过于频繁。"),
    "error.rate.hint": (
        "Wait a minute, or run fewer at a time (`max_active`).",
        "请稍等一分钟，或减少并发（`max_active`）。",
    ),
    "error.service": ("The service has a problem of its own.", "服务端出现问题。"),
    "error.service.hint": (
        "Try again in a minute.",
        "请一分钟后重试。",
    ),
    "error.transport": ("The service cannot be reached.", "无法连接服务。"),
    "error.transport.hint": (
        "Check the network, a proxy if there is one, and `base_url`.",
        "请检查网络、代理（如有）以及 `base_url`。",
    ),
    "error.protocol": (
        "The answer of the service makes no sense.",
        "服务的应答无法理解。",
    ),
    "error.protocol.hint": (
        "Check `base_url`, and whether a proxy or a login page answers in its place.",
        "请检查 `base_url`，以及是否有代理或登录页面代为应答。",
    ),
    "error.uncertain": (
        "The request was sent, but its fate is not known ({detail}): it may have been accepted "
        "and billed.",
        "请求已发出，但结果不明（{detail}）：可能已被接受并扣费。",
    ),
    "error.uncertain.hint": (
        "It is not sent again by itself.\n"
        "`%seedance show {job}` lists what it may have made, where the server tells; "
        "`%seedance adopt TASK_ID {job}` follows such a task.\n"
        "`import seedance_nb as sd; sd.job('{job}').resend()` sends it again with the same "
        "idempotency key: a server that does not honour it may charge twice.\n"
        "`%seedance stop {job}` gives it up.",
        "不会自动重发。\n"
        "`%seedance show {job}` 列出它可能生成的任务（服务器能告知时）；"
        "`%seedance adopt TASK_ID {job}` 跟踪其中一个。\n"
        "`import seedance_nb as sd; sd.job('{job}').resend()` 用同一幂等键重发："
        "不支持该键的服务器可能重复扣费。\n"
        "`%seedance stop {job}` 放弃它。",
    ),
    "error.wait": (
        "The waiting ended after {seconds:g} s; job {job} goes on.",
        "等待 {seconds:g} 秒后结束；任务 {job} 仍在继续。",
    ),
    "error.wait.hint": (
        "`%seedance show {job}` shows it, `%seedance wait {job}` waits again, `sd.resume()` "
        "follows it in a new kernel.",
        "`%seedance show {job}` 查看，`%seedance wait {job}` 继续等待；"
        "在新内核中用 `sd.resume()` 继续跟踪。",
    ),
    "error.interrupted": (
        "Interrupted: only the waiting ended, {jobs} goes on. `%seedance show` shows how it stands, "
        "`%seedance wait` or `job.wait()` waits on.",
        "已中断：只结束了等待，{jobs} 仍在继续。`%seedance show` 查看，"
        "`%seedance wait` 或 `job.wait()` 继续等待。",
    ),
    "error.interrupted.asking": (
        "Interrupted before all was asked for: `%seedance jobs` shows what was, `%seedance resume` "
        "goes on with it.",
        "在提交完成之前被中断：`%seedance jobs` 查看已提交的任务，`%seedance resume` 继续。",
    ),
    "error.wait.unfollowed": (
        "Nobody follows job {job} at the moment, so waiting would never end.",
        "任务 {job} 目前无人跟踪，等待不会结束。",
    ),
    "error.wait.unfollowed.hint": (
        "`sd.resume()` (or `%seedance resume`) follows it again; nothing is sent twice.",
        "用 `sd.resume()`（或 `%seedance resume`）重新跟踪；不会重复发送。",
    ),
    # failed tasks: the 13 codes of the task page (docs: task-management/error-codes)
    "error.task.content_policy_violation": (
        "The content was refused: {detail}",
        "内容被拒绝：{detail}",
    ),
    "error.task.content_policy_violation.hint": (
        "Change the prompt or the pictures.",
        "请修改提示词或图片。",
    ),
    "error.task.invalid_parameters": (
        "The service found a parameter it does not take: {detail}",
        "服务不接受某个参数：{detail}",
    ),
    "error.task.invalid_parameters.hint": (
        "Fix the parameter that is named.",
        "请修正所指的参数。",
    ),
    "error.task.image_processing_error": (
        "An image could not be processed: {detail}",
        "图片无法处理：{detail}",
    ),
    "error.task.image_processing_error.hint": (
        "Use a JPEG, PNG or WebP that anyone can download from its address; a file of yours is "
        "uploaded anew when you ask again.",
        "请使用可公开下载的 JPEG、PNG 或 WebP 图片；你自己的文件会在再次请求时重新上传。",
    ),
    "error.task.image_dimension_mismatch": (
        "An image has the wrong size: {detail}",
        "图片尺寸不符：{detail}",
    ),
    "error.task.image_dimension_mismatch.hint": (
        "Resize it: sides 300 to 6000 px, ratio 0.4 to 2.5.",
        "请调整尺寸：边长 300–6000 像素，宽高比 0.4–2.5。",
    ),
    "error.task.request_cancelled": (
        "The task was cancelled: {detail}",
        "任务已取消：{detail}",
    ),
    "error.task.request_cancelled.hint": (
        "Send it again if you still want it.",
        "如仍需要，请重新发送。",
    ),
    "error.task.generation_failed_no_content": (
        "The model made no video of it: {detail}",
        "模型没有生成视频：{detail}",
    ),
    "error.task.generation_failed_no_content.hint": (
        "Try again, or put the prompt differently.",
        "请重试，或换一种说法。",
    ),
    "error.task.service_error": (
        "The service had a problem: {detail}",
        "服务出错：{detail}",
    ),
    "error.task.service_error.hint": (
        "Send the same request again in about a minute.",
        "大约一分钟后重新发送同样的请求。",
    ),
    "error.task.generation_timeout": (
        "Making the video took too long: {detail}",
        "生成超时：{detail}",
    ),
    "error.task.generation_timeout.hint": (
        "Try again later, or ask for a shorter or smaller video.",
        "请稍后重试，或缩短时长、降低画质。",
    ),
    "error.task.resource_exhausted": (
        "The service is at its limit: {detail}",
        "服务资源已满：{detail}",
    ),
    "error.task.resource_exhausted.hint": (
        "Send it again in one to five minutes.",
        "请 1–5 分钟后重试。",
    ),
    "error.task.quota_exceeded": (
        "A limit of the account was hit: {detail}",
        "达到账户限制：{detail}",
    ),
    "error.task.quota_exceeded.hint": (
        "Run fewer at a time, or check the balance with `%seedance credits`.",
        "请减少并发，或用 `%seedance credits` 查看余额。",
    ),
    "error.task.service_unavailable": (
        "The service is not available: {detail}",
        "服务不可用：{detail}",
    ),
    "error.task.service_unavailable.hint": (
        "Send it again in a few minutes.",
        "请几分钟后重试。",
    ),
    "error.task.resource_not_found": (
        "The service no longer has what it needs: {detail}",
        "服务找不到所需资源：{detail}",
    ),
    "error.task.resource_not_found.hint": (
        "Check the addresses of the inputs, then send it again.",
        "请检查输入文件的地址，然后重新发送。",
    ),
    "error.task.unknown_error": (
        "The task failed: {detail}",
        "任务失败：{detail}",
    ),
    "error.task.unknown_error.hint": (
        "Try again; if it keeps failing, give `job.task_id` to support@evolink.ai.",
        "请重试；若反复失败，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.disk.full": (
        "The disk is full: {path} could not be written.",
        "磁盘已满，无法写入 {path}。",
    ),
    "error.disk.full.hint": (
        "Free some space; `%seedance resume` fetches finished videos again, at no cost.",
        "请先释放空间；已生成的视频可用 `%seedance resume` 重新下载，不另收费。",
    ),
    "error.disk.denied": ("No permission to write {path}.", "没有写入 {path} 的权限。"),
    "error.disk.denied.hint": (
        "Choose a folder that you may write to: `home` in `configure()`, or SEEDANCE_NB_HOME.",
        "请换一个可写的文件夹：在 `configure()` 中设置 `home`，或设置 SEEDANCE_NB_HOME。",
    ),
    "error.disk.failed": ("{path} could not be used: {reason}.", "无法使用 {path}：{reason}。"),
    "error.disk.failed.hint": (
        "Mend that, or choose another folder: `home` in `configure()`, or SEEDANCE_NB_HOME.",
        "请排除故障，或换一个文件夹：在 `configure()` 中设置 `home`，或设置 SEEDANCE_NB_HOME。",
    ),
    "error.file.gone": ("The file {path} is no longer there.", "文件 {path} 已不存在。"),
    "error.file.gone.hint": (
        "`job.fetch()` brings it back while its link lives, at no cost.",
        "链接失效之前，可用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.frame.media": (
        "A frame of a video needs the extra `media`, which is not installed.",
        "取视频的一帧需要 `media` 组件，但尚未安装。",
    ),
    "error.frame.media.hint": (
        "`pip install 'seedance_nb[media]'`.",
        "`pip install 'seedance_nb[media]'`。",
    ),
    "error.frame.index": (
        "{value!r} names no frame: give its number (-1 is the last), or a time in seconds as a float.",
        "{value!r} 不能指定一帧：请给序号（-1 是最后一帧），或以浮点数给出秒数。",
    ),
    "error.frame.none": (
        "The video {path} has no frame at {value}.",
        "视频 {path} 在 {value} 处没有画面。",
    ),
    "error.frame.none.hint": (
        "Frame -1 is the last one; `job.video.duration` is the length in seconds.",
        "-1 是最后一帧；`job.video.duration` 是时长（秒）。",
    ),
    "error.frame.broken": (
        "The video {path} cannot be decoded.",
        "无法解码视频 {path}。",
    ),
    "error.frame.broken.hint": (
        "`job.fetch()` downloads it again while its link lives, at no cost.",
        "链接失效之前，可用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.taken": (
        "{path} belongs to another job; it was left alone.",
        "{path} 属于另一个任务，未作改动。",
    ),
    "error.file.taken.hint": (
        "Name another place for the copy.",
        "请为副本另选位置。",
    ),
    "error.file.short": (
        "The download broke off: {size} of {expected} bytes arrived.",
        "下载中断：只收到 {expected} 字节中的 {size} 字节。",
    ),
    "error.file.short.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.truncated": (
        "The downloaded file is cut short ({size} bytes).",
        "下载的文件不完整（{size} 字节）。",
    ),
    "error.file.truncated.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.no_data": (
        "The downloaded file lacks part of its media ({size} bytes).",
        "下载的文件缺少部分视频数据（{size} 字节）。",
    ),
    "error.file.no_data.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.not_mp4": (
        "What the result link sent is not an MP4 file ({size} bytes).",
        "结果链接返回的不是 MP4 文件（{size} 字节）。",
    ),
    "error.file.not_mp4.hint": (
        "`job.fetch()` asks again, at no cost; the link may have expired.",
        "可用 `job.fetch()` 再试，不另收费；链接可能已过期。",
    ),
    "error.file.no_index": (
        "The downloaded MP4 has no index and cannot be played ({size} bytes).",
        "下载的 MP4 没有索引，无法播放（{size} 字节）。",
    ),
    "error.file.no_index.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.no_video": (
        "The downloaded MP4 has no picture in it ({size} bytes).",
        "下载的 MP4 中没有画面（{size} 字节）。",
    ),
    "error.file.no_video.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.no_duration": (
        "The downloaded MP4 has no length ({size} bytes).",
        "下载的 MP4 时长为零（{size} 字节）。",
    ),
    "error.file.no_duration.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    "error.file.broken": (
        "The downloaded MP4 is damaged ({size} bytes).",
        "下载的 MP4 已损坏（{size} 字节）。",
    ),
    "error.file.broken.hint": (
        "The video is made: `job.fetch()` downloads it again, at no cost.",
        "视频已生成：用 `job.fetch()` 重新下载，不另收费。",
    ),
    # what the service answers, and what the network does (evolink/protocol.py, evolink/client.py)
    "error.auth.refused": (
        "The service refused the API key: {detail}",
        "服务拒绝了 API 密钥：{detail}",
    ),
    "error.auth.refused.hint": (
        "Check it on evolink.ai/dashboard/keys, then run `%seedance login`; jobs under way go on "
        "with the new key.",
        "请在 evolink.ai/dashboard/keys 核对，然后运行 `%seedance login`；"
        "进行中的任务会用新密钥继续。",
    ),
    "error.auth.shape": (
        "The API key has spaces or characters in it that no key has; nothing was sent.",
        "API 密钥中有空格或密钥不会有的字符；请求未发送。",
    ),
    "error.auth.shape.hint": (
        "Copy it again from evolink.ai/dashboard/keys, then run `%seedance login`.",
        "请从 evolink.ai/dashboard/keys 重新复制，然后运行 `%seedance login`。",
    ),
    "error.auth.expired": ("The API key has expired: {detail}", "API 密钥已过期：{detail}"),
    "error.auth.expired.hint": (
        "Make a new one on evolink.ai/dashboard/keys, then run `%seedance login`; jobs under way "
        "go on with the new key.",
        "请在 evolink.ai/dashboard/keys 新建密钥，然后运行 `%seedance login`；"
        "进行中的任务会用新密钥继续。",
    ),
    "error.auth.disabled": ("The API key is switched off: {detail}", "API 密钥已停用：{detail}"),
    "error.auth.disabled.hint": (
        "Switch it on, or make a new one, on evolink.ai/dashboard/keys; then `%seedance login`.",
        "请在 evolink.ai/dashboard/keys 启用或新建密钥，然后运行 `%seedance login`。",
    ),
    "error.auth.user": ("The account is switched off: {detail}", "账户已停用：{detail}"),
    "error.auth.user.hint": ("Ask support@evolink.ai.", "请联系 support@evolink.ai。"),
    "error.auth.model": (
        "The API key may not use this model: {detail}",
        "该 API 密钥无权使用此模型：{detail}",
    ),
    "error.auth.model.hint": (
        "Choose another model, or allow it for the key on evolink.ai/dashboard/keys.",
        "请换一个模型，或在 evolink.ai/dashboard/keys 为密钥开通。",
    ),
    "error.auth.task": (
        "The task belongs to another account: {detail}",
        "该任务属于其他账户：{detail}",
    ),
    "error.auth.task.hint": (
        "Use the key of the account that made it.",
        "请使用创建该任务的账户的密钥。",
    ),
    "error.auth.denied": (
        "The service does not allow this: {detail}",
        "服务不允许此操作：{detail}",
    ),
    "error.auth.denied.hint": (
        "Check what the key may do on evolink.ai/dashboard/keys.",
        "请在 evolink.ai/dashboard/keys 检查密钥的权限。",
    ),
    "error.quota.account": ("The account is out of credits: {detail}", "账户余额不足：{detail}"),
    "error.quota.account.hint": (
        "Nothing was billed. Top up on evolink.ai/dashboard; `%seedance credits` shows the balance.",
        "没有扣费。请在 evolink.ai/dashboard 充值；`%seedance credits` 查看余额。",
    ),
    "error.quota.key": (
        "The budget of the API key is used up: {detail}",
        "密钥额度已用完：{detail}",
    ),
    "error.quota.key.hint": (
        "Nothing was billed. Raise it on evolink.ai/dashboard/keys, or use another key.",
        "没有扣费。请在 evolink.ai/dashboard/keys 提高额度，或换一个密钥。",
    ),
    "error.quota.day": (
        "The API key's budget for today is used up: {detail}",
        "密钥今日额度已用完：{detail}",
    ),
    "error.quota.day.hint": (
        "Nothing was billed. Wait for tomorrow, or raise it on evolink.ai/dashboard/keys.",
        "没有扣费。请明天再试，或在 evolink.ai/dashboard/keys 提高额度。",
    ),
    "error.rate.limit": ("Too many requests: {detail}", "请求过于频繁：{detail}"),
    "error.rate.limit.hint": (
        "Nothing was billed. Wait a minute, or run fewer at a time (`max_active`).",
        "没有扣费。请稍等一分钟，或减少并发（`max_active`）。",
    ),
    "error.refused": ("The service refused the request: {detail}", "服务拒绝了请求：{detail}"),
    "error.refused.hint": (
        "Nothing was billed. Change what it names and send it again.",
        "没有扣费。请修改其中指出的内容后重新发送。",
    ),
    "error.refused.content": ("The content was refused: {detail}", "内容被拒绝：{detail}"),
    "error.refused.content.hint": (
        "Nothing was billed. Change the prompt or the inputs; the same request will be refused "
        "again.",
        "没有扣费。请修改提示词或输入；同样的请求会再次被拒。",
    ),
    "error.refused.size": ("The request is too large: {detail}", "请求过大：{detail}"),
    "error.refused.size.hint": (
        "Nothing was billed. Shorten the prompt, or give smaller inputs.",
        "没有扣费。请缩短提示词，或使用更小的输入。",
    ),
    "error.refused.task_id": ("This is not a task ID: {detail}", "这不是任务 ID：{detail}"),
    "error.refused.task_id.hint": (
        "It begins with task-unified-; `%seedance jobs` lists those known here.",
        "任务 ID 以 task-unified- 开头；`%seedance jobs` 列出本地已知的任务。",
    ),
    "error.look": (
        "The service does not say how the task stands: {detail}",
        "服务没有告知任务的状态：{detail}",
    ),
    "error.look.hint": (
        "The task itself may go on and be billed, so do not send it again: `%seedance resume` looks "
        "at it once more, at no cost. If that does not help, give `job.task_id` to "
        "support@evolink.ai.",
        "任务本身可能仍在继续并扣费，请勿重新发送：`%seedance resume` 会再次查询，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.service.failed": (
        "The service has a problem of its own: {detail}",
        "服务端出现问题：{detail}",
    ),
    "error.service.failed.hint": (
        "Try again in a minute; if it lasts, give `job.error.request_id` to support@evolink.ai.",
        "请一分钟后重试；若持续出现，请将 `job.error.request_id` 告知 support@evolink.ai。",
    ),
    "error.service.busy": ("The service is busy: {detail}", "服务繁忙：{detail}"),
    "error.service.busy.hint": (
        "Nothing was billed. It is tried again for a while; else try in a few minutes.",
        "没有扣费。会自动重试一段时间；否则请几分钟后再试。",
    ),
    "error.service.channel": (
        "The service has no free channel for this model: {detail}",
        "服务暂无该模型的可用通道：{detail}",
    ),
    "error.service.channel.hint": (
        "Nothing was billed. Try again in a few minutes, or another tier.",
        "没有扣费。请几分钟后重试，或换一个档位（`--tier`）。",
    ),
    "error.service.gone": (
        "The service does not know this task: {detail}",
        "服务找不到该任务：{detail}",
    ),
    "error.service.gone.hint": (
        "Check the ID and the account of the key; old tasks are forgotten. If it is gone for good, "
        "`%seedance stop ID` gives it up, and its cell makes a new one.",
        "请核对任务 ID 和密钥所属账户；过期的任务无法查询。如确已丢失，"
        "`%seedance stop ID` 放弃它，再运行单元格即可重新生成。",
    ),
    "error.address": (
        "The server does not know {address}: {detail}",
        "服务器上没有 {address}：{detail}",
    ),
    "error.address.hint": (
        "Check `base_url`: it is the part before /v1, such as https://api.evolink.ai.",
        "请检查 `base_url`：即 /v1 之前的部分，如 https://api.evolink.ai。",
    ),
    "error.redirect": (
        "`base_url` redirects to {host}; the key does not follow.",
        "`base_url` 重定向到 {host}；密钥不会随之发送。",
    ),
    "error.redirect.hint": (
        "Nothing was billed. If that is the right server, set `base_url` to it.",
        "没有扣费。若那才是正确的服务器，请将 `base_url` 设为它。",
    ),
    "error.protocol.body": (
        "The answer makes no sense (HTTP {status}): {detail}",
        "服务的应答无法理解（HTTP {status}）：{detail}",
    ),
    "error.protocol.task": (
        "The answer holds no task, or another one: {detail}",
        "应答中没有任务，或不是所查的任务：{detail}",
    ),
    "error.sent.timeout": ("the service says it timed out: {detail}", "服务提示超时：{detail}"),
    "error.sent.outcome": (
        "the service itself cannot tell: {detail}",
        "服务自己也无法确定：{detail}",
    ),
    "error.sent.conflict": (
        "an earlier request with this idempotency key arrived, but with other contents: {detail}",
        "同一幂等键的先前请求已到达，但内容不同：{detail}",
    ),
    "error.sent.lost": (
        "no whole answer came from {host}: {reason}",
        "没有收到 {host} 的完整应答：{reason}",
    ),
    "error.sent.again": (
        "sending it again did not work: {detail}",
        "再次发送未成功：{detail}",
    ),
    "error.transport.connect": (
        "No connection to {host}: {reason}",
        "无法连接 {host}：{reason}",
    ),
    "error.transport.tls": (
        "The connection to {host} is not secure: {reason}",
        "与 {host} 的连接不安全：{reason}",
    ),
    "error.transport.tls.hint": (
        "Behind a company proxy, point SSL_CERT_FILE at its certificate; check the clock too.",
        "若在公司代理之后，请将 SSL_CERT_FILE 指向其证书；也请检查系统时钟。",
    ),
    "error.transport.broken": (
        "The connection to {host} broke: {reason}",
        "与 {host} 的连接中断：{reason}",
    ),
    "error.transport.broken.hint": (
        "Check the network and try again; what the service has taken goes on.",
        "请检查网络后重试；服务已接受的任务会继续。",
    ),
    "error.transport.timeout": (
        "The server took too long: {detail}",
        "服务器响应超时：{detail}",
    ),
    "error.transport.timeout.hint": (
        "Try again in a minute; what the service has taken goes on.",
        "请一分钟后重试；服务已接受的任务会继续。",
    ),
    "error.transport.proxy": (
        "The proxy wants a login or refuses: {detail}",
        "代理要求登录或拒绝连接：{detail}",
    ),
    "error.transport.proxy.hint": (
        "Check HTTPS_PROXY and HTTP_PROXY.",
        "请检查 HTTPS_PROXY 和 HTTP_PROXY。",
    ),
    "error.transport.closed": ("The session was closed.", "会话已关闭。"),
    "error.transport.closed.hint": (
        "`sd.configure()` gives the session in use.",
        "`sd.configure()` 返回当前会话。",
    ),
    "error.proxy": (
        "The proxy that the environment names cannot be used.",
        "环境变量中的代理无法使用。",
    ),
    "error.proxy.hint": (
        "HTTPS_PROXY and HTTP_PROXY look like http://HOST:PORT (SOCKS wants the package socksio).",
        "HTTPS_PROXY 和 HTTP_PROXY 形如 http://HOST:PORT（SOCKS 需要安装 socksio）。",
    ),
    "error.link.refused": (
        "The link of the video was refused by {host} (HTTP {status}): expired, or not for us.",
        "{host} 拒绝了视频链接（HTTP {status}）：已过期或无权访问。",
    ),
    "error.link.refused.hint": (
        "The video is made: `%seedance resume` asks the task for a fresh link, at no cost.",
        "视频已生成：`%seedance resume` 会向任务索取新链接，不另收费。",
    ),
    "error.download.failed": (
        "{host} could not serve the video (HTTP {status}).",
        "{host} 未能提供视频（HTTP {status}）。",
    ),
    "error.download.failed.hint": (
        "The video is made: `%seedance resume` downloads it, at no cost.",
        "视频已生成：用 `%seedance resume` 下载，不另收费。",
    ),
    "error.download.address": (
        "The link of the video is not an http(s) address: {detail}",
        "视频链接不是 http(s) 地址：{detail}",
    ),
    "error.download.address.hint": (
        "The video is made and billed: `%seedance resume` asks the task for a fresh link, at "
        "no cost. If that does not help, give `job.task_id` to support@evolink.ai.",
        "视频已生成并扣费：`%seedance resume` 会向任务索取新链接，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.download.private": (
        "The link of the video leads into a private network ({host}); it was not followed.",
        "视频链接指向内网（{host}），未予访问。",
    ),
    "error.download.private.hint": (
        "The video is made and billed: `%seedance resume` asks the task for a fresh link, at "
        "no cost. If that does not help, give `job.task_id` to support@evolink.ai.",
        "视频已生成并扣费：`%seedance resume` 会向任务索取新链接，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.download.circle": (
        "The link of the video was redirected more than {count} times.",
        "视频链接的重定向超过 {count} 次。",
    ),
    "error.download.circle.hint": (
        "The video is made and billed: `%seedance resume` asks the task for a fresh link, at "
        "no cost. If that does not help, give `job.task_id` to support@evolink.ai.",
        "视频已生成并扣费：`%seedance resume` 会向任务索取新链接，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.download.size": (
        "The video is larger than {size} bytes; the download was ended.",
        "视频超过 {size} 字节，已停止下载。",
    ),
    "error.download.size.hint": (
        "The video is made and billed: `%seedance resume` asks the task for a fresh link, at "
        "no cost. If that does not help, give `job.task_id` to support@evolink.ai.",
        "视频已生成并扣费：`%seedance resume` 会向任务索取新链接，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.download.slow": (
        "The download did not end within {minutes:g} minutes.",
        "下载在 {minutes:g} 分钟内没有完成。",
    ),
    "error.download.slow.hint": (
        "The video is made: `%seedance resume` goes on with the download, at no cost.",
        "视频已生成：用 `%seedance resume` 继续下载，不另收费。",
    ),
    "error.task.silent": (
        "The task failed; the service gave no reason.",
        "任务失败；服务没有说明原因。",
    ),
    "error.task.silent.hint": (
        "Try again; if it keeps failing, give `job.task_id` to support@evolink.ai.",
        "请重试；若反复失败，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.task.cancelled": ("The task was cancelled.", "任务已取消。"),
    "error.task.cancelled.hint": (
        "Send it again if you still want it.",
        "如仍需要，请重新发送。",
    ),
    # --- session -------------------------------------------------------------------------------
    "problem.setting": (
        "`{field}` is not a setting; there are: {choices}.",
        "没有设置 `{field}`；可用：{choices}。",
    ),
    "problem.setting.close": (
        "`{field}` is not a setting; did you mean `{close}`?",
        "没有设置 `{field}`；是否想写 `{close}`？",
    ),
    "problem.setting.url": (
        "`{field}`: {value!r} is not a URL; it looks like https://HOST.",
        "`{field}`：{value!r} 不是网址；形如 https://HOST。",
    ),
    "problem.setting.http": (
        "`{field}`: {value!r} would send the key unencrypted; use https:// "
        "(http:// is for this machine only).",
        "`{field}`：{value!r} 会明文发送密钥；请用 https://（http:// 仅限本机）。",
    ),
    "problem.setting.folder": (
        "`{field}`: {value!r} is not the path of a folder.",
        "`{field}`：{value!r} 不是文件夹路径。",
    ),
    "problem.setting.number": (
        "`{field}`: {value!r} must be a number from {low} to {high}.",
        "`{field}`：{value!r} 必须是 {low} 到 {high} 的数。",
    ),
    "problem.callback.local": (
        "`callback_url`: {value!r} is on this machine, where the service cannot reach it; "
        "give a public https address.",
        "`callback_url`：{value!r} 在本机，服务无法访问；请给出公开的 https 地址。",
    ),
    "error.settings": (
        "{count:setting|settings} cannot be used:\n{listing}",
        "有 {count} 项设置不可用：\n{listing}",
    ),
    "error.key.missing": (
        'The backend is "live", but there is no API key.',
        '后端为 "live"，但没有 API 密钥。',
    ),
    "error.key.missing.hint": (
        "Set EVOLINK_API_KEY before starting, or run `%seedance login`; "
        'without a key, backend="simulator" costs nothing.',
        "请在启动前设置 EVOLINK_API_KEY，或运行 `%seedance login`；"
        '没有密钥时可用免费的 backend="simulator"。',
    ),
    "error.key.base_url": (
        "There is a server of your own ({base_url}) but no API key for it.",
        "指定了服务器 {base_url}，但没有 API 密钥。",
    ),
    "error.key.base_url.hint": (
        "Set EVOLINK_API_KEY or run `%seedance login`; or drop EVOLINK_BASE_URL to use "
        "the simulator.",
        "请设置 EVOLINK_API_KEY 或运行 `%seedance login`；或去掉 EVOLINK_BASE_URL 以使用模拟器。",
    ),
    "error.key.shape": (
        "The API key cannot be one: it has spaces or characters that no key has.",
        "API 密钥无效：含有空格等不可能出现的字符。",
    ),
    "error.key.shape.hint": (
        "Copy it once more from evolink.ai/dashboard/keys; without EVOLINK_API_KEY the simulator "
        "answers, at no cost.",
        "请从 evolink.ai/dashboard/keys 重新复制；不设置 EVOLINK_API_KEY 则由免费的模拟器作答。",
    ),
    "error.out": (
        "Nothing was sent: a copy cannot be written to {path}, since {folder} cannot be written "
        "to.",
        "请求未发送：无法把副本写到 {path}，{folder} 无法写入。",
    ),
    "error.out.hint": ("Name another place with `-o`.", "请用 `-o` 指定其他位置。"),
    "error.key.literal": (
        "The API key is written in the cell itself, where it would be saved with the notebook.",
        "API 密钥写在了单元格里，会随笔记本一起保存。",
    ),
    "error.key.literal.hint": (
        "Delete it there and make a new one if the notebook was shared; then run "
        "`%seedance login`, which asks without showing it.",
        "请从单元格中删除；若笔记本已分享，请更换密钥。然后运行 `%seedance login`，输入时不显示。",
    ),
    "error.jobs.filter": (
        "A job has no {name!r} to filter by.",
        "任务没有 {name!r} 可供筛选。",
    ),
    "error.jobs.filter.hint": (
        "Go by what a job tells, such as `status`, or by what was asked for, such as `duration`.",
        "可按任务的状态（如 `status`）或请求的参数（如 `duration`）筛选。",
    ),
    "error.jobs.filter.close": (
        "A job has no {name!r} to filter by; did you mean {close!r}?",
        "任务没有 {name!r} 可供筛选；是否想写 {close!r}？",
    ),
    "error.jobs.one": (
        "These are {count} jobs, and `{name}` belongs to one: `jobs[0].{name}`, or "
        "`[job.{name} for job in jobs]`.",
        "这里有 {count} 个任务，而 `{name}` 属于单个任务：`jobs[0].{name}`，或 "
        "`[job.{name} for job in jobs]`。",
    ),
    "error.job.unknown": (
        "There is no job {job!r} in {home}.",
        "{home} 中没有任务 {job!r}。",
    ),
    "error.job.unknown.hint": (
        "`%seedance jobs` lists them all.",
        "`%seedance jobs` 列出全部任务。",
    ),
    "error.job.unknown.close": (
        "There is no job {job!r} in {home}: did you mean {close}?",
        "{home} 中没有任务 {job!r}：是不是 {close}？",
    ),
    "error.job.ambiguous": (
        "{job!r} is the beginning of several jobs: {choices}.",
        "{job!r} 是多个任务的开头：{choices}。",
    ),
    "error.job.ambiguous.hint": (
        "Give more of its beginning.",
        "请多写几位。",
    ),
    "jobs.these": ("this list", "此列表"),
    "error.job.nothing": ("There are no jobs in {home} yet.", "{home} 中还没有任务。"),
    "error.job.nothing.hint": (
        "If they are elsewhere, name that folder: `home` in `configure()`, or SEEDANCE_NB_HOME.",
        "若任务在别处，请指定那个文件夹：在 `configure()` 中设置 `home`，或设置 SEEDANCE_NB_HOME。",
    ),
    "error.job.taken": (
        "Another kernel took over job {job}, so it is not sent from here.",
        "任务 {job} 已由另一个内核接管，这里不再发送。",
    ),
    "error.job.taken.hint": (
        "`%seedance jobs` shows how it goes on. Nothing is paid twice.",
        "`%seedance jobs` 可查看后续进展。不会重复付费。",
    ),
    "error.job.elsewhere": (
        "Job {job} was made on {where}; with the present settings it is left as it is.",
        "任务 {job} 是在 {where} 上创建的；当前设置下不会改动它。",
    ),
    "error.job.elsewhere.hint": (
        "Set backend and key as they were then, and run `%seedance resume`.",
        "请恢复当时的后端和密钥设置，然后运行 `%seedance resume`。",
    ),
    "error.job.stopped": (
        "Job {job} was taken out of the queue; nothing was sent.",
        "任务 {job} 已从队列中移除；请求未发送。",
    ),
    "error.job.again": (
        "Job {job} is still {status}; it is not sent a second time.",
        "任务 {job} 仍为 {status}；不会再发一次。",
    ),
    "error.job.again.hint": (
        "`%seedance wait {job}` waits for it, after `%seedance resume` where nobody follows it; "
        "`--new` in its cell makes another take.",
        "`%seedance wait {job}` 等待它完成（无人跟踪时先运行 `%seedance resume`）；"
        "单元格中用 `--new` 可另做一条。",
    ),
    "error.job.resend": (
        "Job {job} is {status}; only an uncertain one can be sent again with its key.",
        "任务 {job} 为 {status}；只有结果不明的任务才能用原键重发。",
    ),
    "error.job.resend.hint": (
        "`%seedance show {job}` shows how it stands.",
        "`%seedance show {job}` 查看当前情况。",
    ),
    "error.job.fetch": (
        "Job {job} is {status}; there is no file to fetch.",
        "任务 {job} 为 {status}；没有可下载的文件。",
    ),
    "error.job.fetch.hint": (
        "`%seedance show {job}` shows how it stands.",
        "`%seedance show {job}` 查看当前情况。",
    ),
    "spelling.upload": (
        "(address of {name}, which is uploaded when the request is sent)",
        "（{name} 的地址，发送请求时上传）",
    ),
    "error.upload.none": (
        "The input {name} has no address that the server could fetch it from, so nothing was sent.",
        "输入 {name} 没有可供服务器获取的地址，因此没有发送任何请求。",
    ),
    "error.upload.none.hint": (
        "Give a public URL instead.",
        "请改用公开的 URL。",
    ),
    "error.upload.nowhere": (
        "The server {base_url} has no `files_url`, so files cannot be uploaded; nothing was sent.",
        "服务器 {base_url} 没有设置 `files_url`，无法上传文件；没有发送任何请求。",
    ),
    "error.upload.nowhere.hint": (
        "Set it (EVOLINK_FILES_URL or `configure(files_url=...)`), or give a public URL instead. "
        "EvoLink's own is not used for another server.",
        "请设置它（EVOLINK_FILES_URL 或 `configure(files_url=...)`），或改用公开的 URL。"
        "其他服务器不会使用 EvoLink 的文件服务。",
    ),
    "error.upload.type": (
        "{host} does not take {name}: {detail}",
        "{host} 不接受 {name}：{detail}",
    ),
    "error.upload.type.hint": (
        "Put the file where anybody can fetch it and give its public URL (http or https) instead. "
        "The upload API promises images only.",
        "请把文件放到可公开访问的地方，改用它的公开 URL（http 或 https）。上传接口只保证支持图片。",
    ),
    "error.upload.size": (
        "{host} does not take {name}, which has {size} MB: {detail}",
        "{host} 不接受 {name}（{size} MB）：{detail}",
    ),
    "error.upload.size.hint": (
        "Make the file smaller, or give a public URL instead.",
        "请缩小文件，或改用公开的 URL。",
    ),
    "error.upload.quota": (
        "{name} was not uploaded: the account has too many files at {host} "
        "({used} of {most}): {detail}",
        "{name} 未上传：账户在 {host} 的文件数已达上限（{used} / {most}）：{detail}",
    ),
    "error.upload.quota.hint": (
        "Files are deleted after 72 hours; until then give a public URL instead.",
        "文件会在 72 小时后自动删除；在此之前请改用公开的 URL。",
    ),
    "error.upload.address": (
        "{host} has no upload API, so {name} was not uploaded: {detail}",
        "{host} 没有上传接口，{name} 未上传：{detail}",
    ),
    "error.upload.address.hint": (
        "Check `files_url`, or give a public URL instead.",
        "请检查 `files_url`，或改用公开的 URL。",
    ),
    "error.upload.changed": (
        "The copy of {name} ({path}) was changed since it was made; nothing was sent.",
        "{name} 的副本（{path}）内容已改变；没有发送任何请求。",
    ),
    "error.upload.changed.hint": (
        "Delete the copy and give the file again.",
        "请删除该副本，并重新提供文件。",
    ),
    "error.protocol.file": (
        "The answer to an upload makes no sense: {detail}",
        "上传的应答无法理解：{detail}",
    ),
    "error.protocol.file.hint": (
        "Nothing was billed. Check `files_url`, or give a public URL instead.",
        "没有扣费。请检查 `files_url`，或改用公开的 URL。",
    ),
    "error.job.norequest": (
        "Job {job} was made elsewhere; what was asked is not known here.",
        "任务 {job} 是在别处创建的；这里不知道它的请求内容。",
    ),
    "error.job.norequest.hint": (
        "Ask for it in a cell, with the prompt.",
        "请在单元格中写出提示词重新请求。",
    ),
    "error.adopt.id": (
        "{task_id!r} is not a task ID; it begins with task-unified-.",
        "{task_id!r} 不是任务 ID；应以 task-unified- 开头。",
    ),
    "error.adopt.id.hint": (
        "Copy it from the task list of your account, or take one that `%seedance show ID` lists.",
        "请从账户的任务列表复制，或使用 `%seedance show ID` 列出的 ID。",
    ),
    "error.disk.journal": (
        "The journal in {home} cannot be written: {reason}. Nothing was sent.",
        "无法写入 {home} 中的日志：{reason}。没有发送任何请求。",
    ),
    "error.disk.journal.hint": (
        "Mend that, or choose another folder: `home` in `configure()`, or SEEDANCE_NB_HOME.",
        "请排除故障，或换一个文件夹：在 `configure()` 中设置 `home`，或设置 SEEDANCE_NB_HOME。",
    ),
    "error.stale": (
        "The task was not finished within {hours:g} hours and is not followed further.",
        "任务在 {hours:g} 小时内没有完成，不再跟踪。",
    ),
    "error.stale.hint": (
        "`%seedance resume` looks at it once more; the task is {task_id}.",
        "`%seedance resume` 会再查看一次；任务 ID 为 {task_id}。",
    ),
    "error.results": (
        "The task is completed but the answer has no usable link to a video.",
        "任务已完成，但应答中没有可用的视频链接。",
    ),
    "error.results.hint": (
        "The video is made and billed: `%seedance resume` asks the task for a fresh link, at "
        "no cost. If that does not help, give `job.task_id` to support@evolink.ai.",
        "视频已生成并扣费：`%seedance resume` 会向任务索取新链接，不另收费。若仍无效，请将 `job.task_id` 告知 support@evolink.ai。",
    ),
    "error.pandas": (
        "A data frame needs pandas, which is not installed.",
        "生成数据表需要 pandas，但尚未安装。",
    ),
    "error.pandas.hint": ("`pip install pandas`.", "`pip install pandas`。"),
    "error.export.form": (
        "{path!r}: the ending of the name chooses the form, one of {choices}.",
        "{path!r}：扩展名决定格式，可选 {choices}。",
    ),
    "error.yes": (
        "This would make {count:video|videos} on {where}. Cost: {cost}. Nothing was sent.",
        "这将在 {where} 生成 {count} 个视频。费用：{cost}。没有发送任何请求。",
    ),
    "error.yes.hint": (
        "To do it: {line}",
        "确认执行：{line}",
    ),
    "error.budget.over": (
        "{count:video|videos} for up to {more:.4g} credits, with {spent:.4g} already spent or "
        "reserved, would exceed {cap} = {limit:g}. Nothing was sent.",
        "{count} 个视频最多 {more:.4g} 额度，加上已用和预留的 {spent:.4g}，会超出 {cap} = {limit:g}。请求未发送。",
    ),
    "error.budget.over.call": (
        "{count:video|videos} in this call for up to {more:.4g} credits would exceed "
        "{cap} = {limit:g}. Nothing was sent.",
        "这次调用的 {count} 个视频最多 {more:.4g} 额度，会超出 {cap} = {limit:g}。请求未发送。",
    ),
    "error.budget.over.call.spent": (
        "{count:video|videos} for up to {more:.4g} credits, with {spent:.4g} spent or reserved in "
        "this call, would exceed {cap} = {limit:g}. Not sent.",
        "{count} 个视频最多 {more:.4g} 额度，加上这次调用已用和预留的 {spent:.4g}，会超出 {cap} = {limit:g}。未发送。",
    ),
    "error.budget.over.hint": (
        "Ask for less, or raise {cap}.",
        "请减少请求，或调高 {cap}。",
    ),
    "error.budget.unknown": (
        "{cap} = {limit:g} cannot be kept: the cost is {why}. Nothing was sent.",
        "无法遵守 {cap} = {limit:g}：费用{why}。请求未发送。",
    ),
    "error.budget.unknown.hint": (
        "To learn the price, make one short video of this model and quality without {cap}: the "
        "record then knows it. `--dry-run` shows what is known.",
        "要知道价格，先不设 {cap}，用同一模型和清晰度生成一个短视频，之后记录中就有价格。"
        "`--dry-run` 会显示已知的费用。",
    ),
    "error.budget.vague": (
        "{cap} = {limit:g} cannot be kept: nobody knows what {jobs} cost. Nothing was sent.",
        "无法遵守 {cap} = {limit:g}：{jobs} 的费用未知。请求未发送。",
    ),
    "error.budget.vague.hint": (
        "Settle these jobs first, or send without {cap}.",
        "请先处理这些任务，或去掉 {cap} 再发送。",
    ),
    "estimate.credits": (
        "about {amount} credits",
        "约 {amount} 额度",
    ),
    "estimate.price_list": (
        "{amount} (public price list of {host})",
        "{amount}（{host} 的公开价目表）",
    ),
    "estimate.record": (
        "{amount} (by the price of job {job}, {date})",
        "{amount}（按任务 {job} 的价格，{date}）",
    ),
    "estimate.searches": (
        ", plus each search of the web",
        "，另加每次联网搜索的费用",
    ),
    "estimate.nothing": (
        "0 credits (nothing new to send)",
        "0 额度（没有新的请求）",
    ),
    "dry.estimate": (
        "Estimate: {cost}.",
        "预估费用：{cost}。",
    ),
    "dry.sweep": (
        "{count:video|videos} in {requests:combination|combinations}:",
        "{requests} 种组合共 {count} 个视频：",
    ),
    "estimate.simulator": (
        "0 credits (simulator)",
        "0 额度（模拟器）",
    ),
    "estimate.replay": (
        "0 credits (replay)",
        "0 额度（回放）",
    ),
    "estimate.unknown.price": (
        "unknown: no public price list has it, and no video like it was made here",
        "未知：公开价目表没有，这里也没有生成过同类视频",
    ),
    "estimate.unknown.videos": (
        "unknown: input videos are charged by their length",
        "未知：输入视频按时长计费",
    ),
    "sweep.repeated": (
        "{count:combination is|combinations are} given twice and made once.",
        "有 {count} 种组合重复给出，只生成一次。",
    ),
    "sweep.plan": (
        "{count:video|videos} in {requests:combination|combinations}, {fresh} of them new. "
        "{where}. Cost: {cost}.",
        "{requests} 种组合共 {count} 个视频，其中新的 {fresh} 个。{where}。费用：{cost}。",
    ),
    "error.rerun": (
        "This would send {count:request|requests} again on {where}. Cost: {cost}. Nothing was sent.",
        "这将在 {where} 重新发送 {count} 个请求。费用：{cost}。没有发送任何请求。",
    ),
    "error.rerun.hint": (
        "If you mean it: `{line}`.",
        "如确认要这样做：`{line}`。",
    ),
    "export.left_out": (
        "{count:request is|requests are} left out: their text, or a link with a signature, was not kept.",
        "{count} 个请求未写出：其文本或带签名的链接没有保存。",
    ),
    "export.inputs": (
        "The inputs are read from {folder}: take that folder along, or export a .zip, which "
        "holds everything.",
        "输入文件取自 {folder}：移动时请带上该文件夹，或导出为 .zip（包含全部内容）。",
    ),
    "verify.digest": (
        "{job}: the request is not the one that its digest names ({detail}).",
        "{job}：请求与其摘要不符（{detail}）。",
    ),
    "verify.missing": ("{job}: the file is gone: {detail}.", "{job}：文件不见了：{detail}。"),
    "verify.altered": (
        "{job}: the file is not the one that the server sent: {detail}.",
        "{job}：文件与服务器发送的不一致：{detail}。",
    ),
    "verify.input.missing": (
        "{job}: the kept copy of the input {detail} is gone.",
        "{job}：输入 {detail} 保存的副本不见了。",
    ),
    "verify.input.altered": (
        "{job}: the kept copy of an input is not the one that was used: {detail}.",
        "{job}：输入的副本与当时使用的不一致：{detail}。",
    ),
    "verify.sidecar": (
        "{job}: the .json beside the video does not agree with the record: {detail}.",
        "{job}：视频旁的说明文件与记录不符：{detail}。",
    ),
    "verify.notebook": (
        "{job}: the notebook shows {detail}, which this record does not have.",
        "{job}：笔记本显示了 {detail}，但记录中没有。",
    ),
    "verify.embedded": (
        "The notebook holds a video that this record does not have (sha256 {detail}).",
        "笔记本中嵌入了记录里没有的视频（sha256 {detail}）。",
    ),
    "verify.swapped": (
        "{job}: a cell shows {detail}, but it asked for another one.",
        "{job}：某个单元格显示了 {detail}，但它请求的并不是这个视频。",
    ),
    "verify.unshown": (
        "{job}: the cell that asked for it does not show it.",
        "{job}：请求它的单元格没有显示它。",
    ),
    "verify.edited": (
        "{job}: the cell that shows it asks for something else by now.",
        "{job}：显示它的单元格现在请求的是别的内容。",
    ),
    "verify.gap": (
        "Lines of the journal are missing: {detail}.",
        "日志缺少若干行：{detail}。",
    ),
    "verify.added": (
        "Lines of the journal have no number of their own, so they were added later: {detail}.",
        "日志中有些行没有自己的编号，是后来加入的：{detail}。",
    ),
    "verify.nonotebook": (
        "it is not a notebook",
        "不是笔记本文件",
    ),
    "verify.good": (
        "{count:entry|entries}: every request, file and sidecar is as the record says.",
        "{count} 条记录：请求、文件和说明均与记录一致。",
    ),
    "log.column.cell": ("Cell", "单元格"),
    "log.column.job": ("Job", "任务"),
    "log.column.how": ("How", "方式"),
    "log.column.status": ("Status", "状态"),
    "log.column.model": ("Model", "模型"),
    "log.column.inputs": ("Inputs", "输入"),
    "log.column.take": ("Take", "条"),
    "log.column.prompt": ("Prompt", "提示词"),
    "log.column.asked": ("Asked for", "参数"),
    "log.how.sent": ("sent", "已发送"),
    "log.how.joined": ("joined", "已并入"),
    "log.how.shown": ("shown", "已显示"),
    "log.how.unsent": ("not sent", "未发送"),
    "log.status.queued": ("queued", "排队中"),
    "log.status.submitting": ("submitting", "发送中"),
    "log.status.uncertain": ("uncertain", "结果不明"),
    "log.status.pending": ("pending", "已接受"),
    "log.status.processing": ("processing", "生成中"),
    "log.status.downloading": ("downloading", "下载中"),
    "log.status.completed": ("completed", "已完成"),
    "log.status.failed": ("failed", "失败"),
    "log.status.cancelled": ("cancelled", "已取消"),
    "log.column.where": ("Made on", "来源"),
    "log.column.credits": ("Credits", "额度"),
    "log.column.file": ("File", "文件"),
    "log.empty": (
        "Nothing has been asked for in {home} yet.",
        "{home} 中还没有请求。",
    ),
    "log.written": ("{count:entry|entries} in {path}.", "{count} 条记录已写入 {path}。"),
    "log.written.calls": ("{count:call|calls} in {path}.", "{count} 次调用已写入 {path}。"),
    "error.internal": (
        "Something unexpected happened here: {reason}.",
        "本工具出现意外错误：{reason}。",
    ),
    "error.internal.hint": (
        "The job is kept; `%seedance resume` goes on with it. Please report this.",
        "任务已保留；`%seedance resume` 可继续。请反馈此问题。",
    ),
    "error.uncertain.died": (
        "The kernel died while the request was being sent: it may have been accepted and billed.",
        "发送请求时内核退出：请求可能已被接受并扣费。",
    ),
    "error.keyring": (
        "The key cannot be kept: no usable keyring ({reason}).",
        "无法保存密钥：没有可用的 keyring（{reason}）。",
    ),
    "error.keyring.hint": (
        "`pip install keyring`, or set EVOLINK_API_KEY before starting.",
        "请 `pip install keyring`，或在启动前设置 EVOLINK_API_KEY。",
    ),
    "session.candidates.some": (
        "{job} may be one of these tasks of your account: they are of the same model ({model}), "
        "were made when it was sent, and are in no journal here. The list does not tell their "
        "prompts, so the choice is yours:",
        "{job} 可能是你账户中的下列任务之一：模型相同（{model}），创建时间相符，且不在本地日志中。"
        "列表不含提示词，请自行判断：",
    ),
    "session.candidates.none": (
        "Your account lists no task that {job} could have made ({model}, about then, in no journal "
        "here). The list may lag a little: look again before you send it once more.",
        "你的账户中没有与 {job} 相符的任务（{model}，时间相近，不在本地日志中）。"
        "列表可能稍有延迟：重新发送前请再查一次。",
    ),
    "session.resume.unsent": (
        "{count:request was|requests were} queued and never sent; now sent ({where}; cost: {cost}).",
        "{count} 个请求曾排队但未发送，现在发送（{where}；费用：{cost}）。",
    ),
    "session.resume.callback": (
        "Not sent, since the journal does not keep callback addresses: {jobs}. "
        "Run their cells again.",
        "未发送（日志不保存回调地址）：{jobs}。请重新运行相应的单元格。",
    ),
    "session.resume.elsewhere": (
        "{count:unfinished job was made elsewhere and is left as it is|unfinished jobs were made elsewhere and are left as they are}: {where}.",
        "{count} 个未完成的任务是在别处创建的，保持不动：{where}。",
    ),
    "session.simulator": ("Simulator: no credits spent", "模拟器：不消耗额度"),
    "session.simulator.short": ("Simulator", "模拟器"),
    "session.replay": ("Replay: nothing is sent", "回放：不发送任何请求"),
    "problem.replay.empty": (
        "Nothing is recorded here that could be replayed.",
        "这里没有可回放的记录。",
    ),
    "problem.replay.take": (
        "Take {take} of this request was not recorded; recorded: {found}.",
        "该请求的第 {take} 条没有记录；已记录：{found}。",
    ),
    "problem.replay.other": (
        "This request was not recorded. `{field}` is {value!r}; the nearest recorded one, {job}, "
        "has {was!r}.",
        "该请求没有记录。`{field}` 为 {value!r}；最接近的记录 {job} 为 {was!r}。",
    ),
    "error.replay.nothing": (
        "There is no recording at {path}.",
        "{path} 中没有记录。",
    ),
    "error.replay.nothing.hint": (
        "`home` (SEEDANCE_NB_HOME) is to be a folder or zip with `journal/` and `videos/`.",
        "`home`（SEEDANCE_NB_HOME）应为含 `journal/` 和 `videos/` 的文件夹或 zip。",
    ),
    "error.replay.zip": (
        "The recording {path} cannot be read: {reason}.",
        "无法读取记录 {path}：{reason}。",
    ),
    "error.replay.zip.hint": (
        "Make it again with `%seedance export FILE.zip` where the recording is from.",
        "请在原处用 `%seedance export FILE.zip` 重新生成。",
    ),
    "error.replay.file": (
        "The recorded video of {job} is gone or was altered: {path}.",
        "{job} 录制的视频不见了或被改动过：{path}。",
    ),
    "error.replay.file.hint": (
        "`git` leaves the videos out: take the folder along whole, or as a zip by "
        "`%seedance export FILE.zip`.",
        "`git` 不包含视频：请完整复制文件夹，或用 `%seedance export FILE.zip` 导出为 zip。",
    ),
    "error.replay.only": (
        "A replay answers from its recording only; there is no server behind it.",
        "回放只用已有记录作答，背后没有服务器。",
    ),
    "error.replay.only.hint": (
        "`sd.configure(backend=None)` goes back to the service or the simulator.",
        "`sd.configure(backend=None)` 可恢复使用服务或模拟器。",
    ),
    "session.live": ("Live", "正式服务"),
    "session.live.at": ("Live at {host}", "正式服务（{host}）"),
    "session.exit": (
        "seedance_nb: not finished ({jobs}): at the service they go on. "
        "`%seedance resume` in this folder, or `seedance-nb resume`, brings them back.",
        "seedance_nb：未完成（{jobs}），服务端仍在继续。"
        "在此文件夹中运行 `%seedance resume` 或 `seedance-nb resume` 即可找回。",
    ),
    "session.exit.unsent": (
        "seedance_nb: never sent ({jobs}): nothing was billed. `%seedance resume` or "
        "`seedance-nb resume` would send them, `%seedance stop ID` drops one.",
        "seedance_nb：尚未发送（{jobs}），没有扣费。`%seedance resume` 或 "
        "`seedance-nb resume` 会发送，`%seedance stop ID` 可放弃。",
    ),
    "session.exit.uncertain": (
        "seedance_nb: uncertain ({jobs}): they may have been accepted and billed, and are not sent "
        "again by themselves. `%seedance show ID` says what can be done.",
        "seedance_nb：结果不明（{jobs}）：可能已被接受并扣费，不会自动重发。"
        "`%seedance show ID` 说明可以怎么做。",
    ),
    "error.job.givenup": (
        "Job {job} was given up; what the service may have made of it is not followed.",
        "任务 {job} 已放弃；服务端可能的结果不再跟踪。",
    ),
    "error.job.givenup.hint": (
        "There is nothing to do. If its task turns up in your account, `%seedance adopt "
        "TASK_ID` fetches the video at no cost; `%seedance again {job}` is a new task, and is "
        "billed as one.",
        "无需操作。若它的任务出现在账户中，`%seedance adopt TASK_ID` 可免费取回视频；"
        "`%seedance again {job}` 则是新任务，会另行扣费。",
    ),
    # --- panel ---------------------------------------------------------------------------------
    "panel.word.queued": ("Queued", "排队中"),
    "panel.word.uploading": ("Uploading {name}, {percent} %", "正在上传 {name}，{percent}%"),
    "panel.word.submitting": ("Sending", "发送中"),
    "panel.word.uncertain": ("Uncertain", "结果不明"),
    "panel.word.pending": ("Accepted", "已接受"),
    "panel.word.processing": ("In the making", "生成中"),
    "panel.word.downloading": ("Downloading", "下载中"),
    "panel.word.completed": ("Completed", "已完成"),
    "panel.word.failed": ("Failed", "失败"),
    "panel.word.cancelled": ("Cancelled", "已取消"),
    "panel.word.stopped": ("Not followed", "未跟踪"),
    "panel.word.stuck": ("Needs you", "需要处理"),
    "panel.elapsed": ("{time}", "已用 {time}"),
    "panel.took": ("took {time}", "用时 {time}"),
    "panel.left": ("about {time} left", "大约还需 {time}"),
    "panel.soon": ("almost done", "即将完成"),
    "panel.late": ("longer than expected", "比预计的久"),
    "panel.seconds": ("{count} s", "{count} 秒"),
    "panel.minutes": ("{count} min", "{count} 分钟"),
    "panel.hours": ("{count} h", "{count} 小时"),
    "panel.take": ("take {take}", "第 {take} 条"),
    "panel.silent": ("no sound", "无声"),
    "panel.searching": ("web search", "联网搜索"),
    "panel.automatic": ("{model} (chosen by the input: {input})", "{model}（按输入选择：{input}）"),
    "panel.input.text": ("text only", "仅文字"),
    "panel.input.image": ("one or two images", "一两张图片"),
    "panel.input.reference": ("reference media", "参考素材"),
    "panel.adopted": ("a task that was made elsewhere", "在别处创建的任务"),
    "panel.origin.shown": (
        "Shown from disk; nothing was sent.",
        "直接显示已有视频；没有发送请求。",
    ),
    "panel.origin.replayed": (
        "Replayed from the recording; nothing was sent.",
        "来自已有记录的回放；没有发送请求。",
    ),
    "panel.origin.joined": (
        "The same request is already on its way: joined; nothing was sent.",
        "同样的请求已在进行中：直接接入；没有再次发送。",
    ),
    "panel.practice": (
        "{where} (the real service takes minutes)",
        "{where}（真实服务需要几分钟）",
    ),
    "panel.reserved": ("{credits} credits reserved", "预留 {credits} 额度"),
    "panel.spent": ("{credits} credits spent (as reserved)", "已用 {credits} 额度（按预留）"),
    "panel.charged": ("{credits} credits charged", "扣除 {credits} 额度"),
    "panel.note.queued": ("Waits for its turn; nothing has been sent yet.", "等待中，尚未发送。"),
    "panel.note.queued.place": (
        "Number {place} in the queue; nothing has been sent yet.",
        "排在第 {place} 位，尚未发送。",
    ),
    "panel.period": (".", "。"),
    "panel.note.trouble": (
        "{message} It goes on by itself.",
        "{message}会自动重试。",
    ),
    "panel.note.waiting": (
        "Interrupt (the stop sign above) ends the waiting, not the job.",
        "“中断”只结束等待，任务会继续。",
    ),
    "panel.note.stopped": (
        "EvoLink documents no cancel call: the task runs on and is billed. "
        "`%seedance resume` follows it again, at no further cost.",
        "EvoLink 没有取消接口：任务会继续并扣费。`%seedance resume` 可重新跟踪，不另收费。",
    ),
    "panel.note.stopped.simulator": (
        "The task runs on in the simulator. `%seedance resume` follows it again.",
        "任务仍在模拟器中继续。`%seedance resume` 可重新跟踪。",
    ),
    "panel.note.unsent": (
        "Nothing has been sent yet. `%seedance resume` sends it.",
        "尚未发送。`%seedance resume` 会发送。",
    ),
    "panel.note.duration": (
        "Asked for {asked} s, the file has {got} s.",
        "要求 {asked} 秒，文件为 {got} 秒。",
    ),
    "panel.note.pixels": (
        "Asked for {asked} pixels, the file has {got}.",
        "要求 {asked} 像素，文件为 {got}。",
    ),
    "panel.note.copy": ("The copy could not be written: {message}", "无法另存：{message}"),
    "panel.row.file": ("File", "文件"),
    "panel.row.copy": ("Copy", "副本"),
    "panel.row.video": ("Video", "视频"),
    "panel.row.model": ("Model", "模型"),
    "panel.row.asked": ("Asked", "要求"),
    "panel.row.cost": ("Cost", "费用"),
    "panel.row.link": ("Link", "链接"),
    "panel.row.job": ("Job", "任务"),
    "panel.clip.facts": (
        "{duration} s · {width} × {height} · {size}",
        "{duration} 秒 · {width} × {height} · {size}",
    ),
    "panel.link": (
        "at the service until {time} ({left} left when this was drawn)",
        "服务端保留至 {time}（显示时剩余 {left}）",
    ),
    "panel.link.over": ("at the service until {time}: gone", "服务端保留至 {time}：已过期"),
    "panel.clip.missing": (
        "The file is gone. `sd.job('{job}').fetch()` brings it back while its link lives, "
        "at no cost.",
        "文件已不在。链接失效前可用 `sd.job('{job}').fetch()` 重新下载，不另收费。",
    ),
    "panel.clip.elsewhere": (
        "Too large to put into this notebook; open the file:",
        "视频过大，未写入笔记本；请打开文件：",
    ),
    "panel.card.happened": ("What happened", "发生了什么"),
    "panel.card.money": ("Was money taken?", "是否扣费"),
    "panel.card.again": ("Worth retrying?", "值得重试吗"),
    "panel.card.change": ("What to do", "怎么办"),
    "panel.card.raw": ("The answer as it came", "服务的原始应答"),
    "panel.change.nothing": ("Nothing.", "无需改动。"),
    "panel.change.network": (
        "Nothing in the request; see whether this machine reaches the network.",
        "请求无需改动；请检查本机网络。",
    ),
    "panel.change.report": (
        "Nothing in the request; if it comes again, send the service's support what is shown "
        "below.",
        "请求无需改动；若再次出现，请把下面的内容告诉服务方的支持人员。",
    ),
    "panel.money.no": ("No.", "没有。"),
    "panel.money.yes": ("Yes.", "已扣费。"),
    "panel.money.yes.credits": ("Yes: {credits} credits.", "已扣 {credits} 额度。"),
    "panel.money.unknown": (
        "Not known: look at evolink.ai/dashboard.",
        "不确定：请查看 evolink.ai/dashboard。",
    ),
    "panel.money.server": (
        "Not known: ask the operator of {host}.",
        "不确定：请询问 {host} 的运营者。",
    ),
    "panel.money.simulator": ("No: the simulator takes none.", "没有：模拟器不扣费。"),
    "panel.again.yes": ("Yes: `%seedance again {job}`", "值得：`%seedance again {job}`"),
    "panel.again.credits": (
        "Yes, once there are credits: `%seedance again {job}`",
        "值得，有额度后再试：`%seedance again {job}`",
    ),
    "panel.again.no": (
        "No: the same request would end the same way.",
        "不值得：同样的请求结果相同。",
    ),
    "panel.again.unknown": (
        "Perhaps, once: `%seedance again {job}`",
        "可以试一次：`%seedance again {job}`",
    ),
    "panel.again.danger": (
        "Not blindly: it may have been accepted, and would be charged twice.",
        "不要直接重发：它可能已被接受，重发会再次扣费。",
    ),
    "panel.again.fetch": (
        "Yes, at no cost: `%seedance resume` tries again; the video is made.",
        "值得，不另收费：视频已生成，`%seedance resume` 会再试。",
    ),
    "panel.again.resume": (
        "Yes: `%seedance resume` looks again; nothing is sent twice.",
        "值得：`%seedance resume` 会再查看；不会重复发送。",
    ),
    "panel.as.cell": ("As cell", "单元格写法"),
    "panel.as.python": ("As Python", "Python 写法"),
    "panel.as.curl": ("As curl", "curl 写法"),
    "panel.new": ("New take", "再生成一条"),
    "panel.again": ("Again", "重试"),
    "panel.again.tip": (
        "Asks for it once more, in a new cell below",
        "在下方新单元格中再请求一次",
    ),
    "panel.again.tip.paid": (
        "Puts a cell below that asks for it once more; nothing is sent or paid until you run it",
        "在下方放入再请求一次的单元格；运行之前不发送、不付费",
    ),
    "panel.keep": ("Keep", "保存到笔记本"),
    "panel.keep.tip": (
        "What is shown here lives in the kernel; this shows it in a new cell below, to be saved",
        "这里显示的内容只在内核中；此操作在下方新单元格中显示它，以便保存",
    ),
    "panel.stop": ("Stop", "停止"),
    "panel.stop.following": ("Stop following", "停止跟踪"),
    "panel.stop.tip": (
        "Take it out of the queue; nothing has been sent",
        "从队列中移除；尚未发送",
    ),
    "panel.stop.following.tip": (
        "EvoLink documents no cancel call: the task runs on and is billed",
        "EvoLink 没有取消接口：任务会继续并扣费",
    ),
    "panel.snapshot": (
        "Job {job}, asked {time}. Its moving panel needs the kernel that made it; "
        "`%seedance show {job}` shows how it stands or ended.",
        "任务 {job}，{time} 提交。动态面板需要当时的内核；"
        "`%seedance show {job}` 可查看当前状态或结果。",
    ),
    # --- board ---------------------------------------------------------------------------------
    "board.column.job": ("Job", "任务"),
    "board.column.status": ("Status", "状态"),
    "board.column.prompt": ("Prompt", "提示词"),
    "board.credits": ("{credits} credits", "{credits} 额度"),
    "board.expiring": (
        "Video not here yet; its link may end {time}",
        "视频尚未取回；链接最早 {time} 失效",
    ),
    "board.missing": ("The file is gone", "文件已不在"),
    "board.watched": ("Another kernel follows it", "由另一个内核跟踪"),
    "sum.money": (
        "{spent} credits spent, {reserved} reserved",
        "已用 {spent} 额度，预留 {reserved} 额度",
    ),
    "board.origin.all": ("All", "全部"),
    "board.origin.mine": ("This kernel", "本内核"),
    "board.origin.others": ("Other kernels", "其他内核"),
    "board.group.all": ("All", "全部"),
    "board.group.attention": ("Needs you", "需要处理"),
    "board.group.running": ("Running", "进行中"),
    "board.group.completed": ("Completed", "已完成"),
    "board.group.failed": ("Failed or cancelled", "失败或取消"),
    "board.group.stopped": ("Not followed", "未跟踪"),
    "board.sort.urgent": ("What needs you", "待处理优先"),
    "board.sort.newest": ("Newest", "最新"),
    "board.sort.oldest": ("Oldest", "最早"),
    "board.sort.status": ("Status", "状态"),
    "board.sort.credits": ("Credits", "额度"),
    "board.sort.prompt": ("Prompt", "提示词"),
    "board.label.group": ("Show", "显示"),
    "board.label.origin": ("From", "来自"),
    "board.label.sort": ("First", "排序"),
    "board.label.text": ("Find", "查找"),
    "board.label.text.hint": ("prompt, model or id", "提示词、模型或编号"),
    "board.label.job": ("Job", "任务"),
    "board.choose": ("choose one to see it", "选择一个查看"),
    "board.back": ("Back", "上一页"),
    "board.next": ("Next", "下一页"),
    "board.do.stop": ("Stop following", "停止跟踪"),
    "board.do.dequeue": ("Stop", "停止"),
    "board.do.again": ("Again", "重新发送"),
    "board.do.fetch": ("Fetch the video", "取回视频"),
    "board.do.follow": ("Follow", "继续跟踪"),
    "board.do.resend": ("Send again…", "再次发送…"),
    "board.sure": ("Yes, send again", "确定再次发送"),
    "board.sure.tip": (
        "Look first whether the task is in your account: `%seedance adopt TASK_ID {job}`. Sent "
        "again with the same idempotency key, a server that does not honour it may charge twice.",
        "请先查看账户中是否已有此任务：`%seedance adopt TASK_ID {job}`。"
        "再次发送会使用同一幂等键，不支持该键的服务器可能重复扣费。",
    ),
    "board.did.stop": ("No longer followed: {job}", "已停止跟踪：{job}"),
    "board.did.dequeue": ("Taken out of the queue: {job}", "已移出队列：{job}"),
    "board.did.again": ("Sent again, as {job}", "已重新发送：{job}"),
    "board.did.fetch": ("Fetching {job}", "正在取回：{job}"),
    "board.did.follow": ("Followed again: {job}", "已继续跟踪：{job}"),
    "board.did.resend": ("Sent again: {job}", "已再次发送：{job}"),
    "board.cell": (
        "`%seedance show {job}` shows it in a cell of its own.",
        "`%seedance show {job}` 在单独的单元格中显示。",
    ),
    "board.range": ("{first} to {last} of {found}", "第 {first}–{last} 个，共 {found} 个"),
    "board.none": (
        "No job matches.",
        "没有符合条件的任务。",
    ),
    "board.empty": ("No jobs yet.", "还没有任务。"),
    "board.asof": (
        "As of {time}; `%seedance jobs` shows how it is now.",
        "截至 {time}；`%seedance jobs` 查看最新状态。",
    ),
    "board.resting": (
        "This board is no longer updated, since newer ones are open; run its cell again to "
        "bring it back.",
        "此面板已停止更新（已打开更新的面板）；重新运行该单元格即可恢复。",
    ),
    # --- gallery -------------------------------------------------------------------------------
    "gallery.play": ("Play all", "全部播放"),
    "gallery.stop": ("Stop all", "全部停止"),
    "gallery.tools": (
        "To play all together: run `%seedance gallery {jobs}`",
        "要一起播放：运行 `%seedance gallery {jobs}`",
    ),
    "gallery.none": (
        "There is nothing to show: the list of jobs is empty.",
        "没有可显示的内容：任务列表是空的。",
    ),
    "gallery.many": (
        "A gallery shows {most} jobs at most, not {count}; choose some, such as `jobs[-{most}:]`.",
        "一个画廊最多显示 {most} 个任务（给了 {count} 个）；请选取一部分，如 `jobs[-{most}:]`。",
    ),
    # --- magic ---------------------------------------------------------------------------------
    "magic.about": (
        "Make a video from the text of the cell. The first line takes an optional NAME for the job "
        "and options; everything below is the prompt, verbatim, except that {{variable}} is "
        "replaced.",
        "用单元格的文字生成视频。第一行可写任务变量名和选项；下面的全部内容就是提示词，"
        "原样发送，只有 {{变量}} 会被替换。",
    ),
    "option.name": (
        "variable that is bound to the job at once",
        "立即绑定到任务的变量名",
    ),
    "option.prompt": ("what the video shows", "视频内容"),
    "option.model": (
        "text, image, reference or a full model ID; by default chosen from the inputs",
        "text、image、reference 或完整的模型 ID；默认按输入选择",
    ),
    "option.tier": (
        "speed and price: standard or fast; mini with catalog 2026-08",
        "速度与价格：standard 或 fast；目录 2026-08 还有 mini",
    ),
    "option.duration": ("seconds, 4 to 15 (default 5)", "时长（秒），4–15（默认 5）"),
    "option.quality": (
        "480p or 720p (default); more with catalog 2026-08",
        "480p 或 720p（默认）；目录 2026-08 更多",
    ),
    "option.aspect_ratio": (
        "16:9, 9:16, 1:1, 4:3, 3:4, 21:9 or adaptive (default: 16:9 for text, else adaptive)",
        "16:9、9:16、1:1、4:3、3:4、21:9 或 adaptive（默认：文生视频 16:9，其余 adaptive）",
    ),
    "option.images": (
        "path or address of an image, or {{variable}}; repeatable (1-2: first and last frame; "
        "up to 9 as references)",
        "图片路径、地址或 {{变量}}；可重复（1–2 张：首尾帧；作参考最多 9 张）",
    ),
    "option.videos": (
        "path or address of a reference video, or {{variable}}; up to 3",
        "参考视频路径、地址或 {{变量}}；最多 3 个",
    ),
    "option.audios": (
        "path or address of a reference sound, or {{variable}}; up to 3, never alone",
        "参考音频路径、地址或 {{变量}}；最多 3 个，不能单独使用",
    ),
    "option.generate_audio": ("make the video without sound", "生成无声视频"),
    "option.web_search": (
        "let the model search the web (text-to-video, billed per search)",
        "允许模型联网搜索（文生视频，按次计费）",
    ),
    "option.content_filter": (
        "relax the check of the content (1.1 times the price)",
        "放宽内容检查（价格 ×1.1）",
    ),
    "option.callback_url": (
        "public https address that the service calls at the end",
        "完成后由服务回调的公开 https 地址",
    ),
    "option.takes": ("make N videos of the same request", "同一请求生成 N 个视频"),
    "option.sweep": (
        "one video for each combination of all lists; the key is an option without its hyphens "
        "(duration, quality, image, no_audio ...) or generate_audio, web_search, content_filter; "
        "with it, {{day|night}} in the prompt is a list too",
        "对所有取值的每种组合各生成一个；key 是不带连字符的选项名（duration、quality、image、no_audio 等），"
        "或 generate_audio、web_search、content_filter；此时提示词中的 {{day|night}} 也是列表",
    ),
    "option.fit": (
        "scale, cut or convert files that break a limit; the originals stay as they are",
        "自动缩放、截取或转换超限的文件；原文件不变",
    ),
    "option.new": ("make a new take even if there is one", "即使已有结果也重新生成"),
    "option.max_credits": (
        "refuse if this could cost more than N credits (live only)",
        "若费用可能超过 N 额度则拒绝（仅限真实服务）",
    ),
    "option.yes": (
        "agree to the cost: needed on a live account for a sweep, or more than 4 takes",
        "确认：真实账户上的批量或多于 4 条时需要",
    ),
    "option.wait": ("block the cell until the video is there", "等到视频完成"),
    "option.no_wait": ("return at once", "立即返回"),
    "option.timeout": ("end a wait after S seconds", "等待 S 秒后停止等待"),
    "option.out": ("put a copy of the file there (never overwrites)", "另存一份（不覆盖已有文件）"),
    "option.embed": (
        "auto, always or never: put the video itself into the notebook",
        "auto、always 或 never：是否把视频写进笔记本",
    ),
    "option.quiet": ("show nothing", "不显示输出"),
    "option.explain": (
        "show the HTTP exchange as it happens: each request and answer, never the key",
        "显示 HTTP 往来：每次请求与应答，不含密钥",
    ),
    "option.dry_run": (
        "show the exact request and its digest; nothing is sent, no key needed",
        "只显示请求及其摘要；不发送，也不需要密钥",
    ),
    "magic.example.sweep": (
        "a paper boat on a river, {{day|night}}",
        "一只纸船在河上，{{白天|夜晚}}",
    ),
    "magic.usage": (
        "%%seedance [NAME] [options]\nwhat the video shows",
        "%%seedance [变量名] [选项]\n视频内容",
    ),
    "magic.head.options": ("What to ask for", "请求参数"),
    "magic.head.run": ("How to run it", "运行方式"),
    "magic.head.examples": ("Examples", "示例"),
    "magic.head.verbs": ("%seedance VERB", "%seedance 动词"),
    "magic.example.dog": (
        "a golden retriever runs across a sunlit meadow, cinematic slow motion",
        "一只金毛犬跑过阳光下的草地，电影感慢镜头",
    ),
    "magic.example.frames": (
        "the flower opens, time lapse",
        "花朵绽放，延时摄影",
    ),
    "magic.example.style": (
        "a {{animal}} in the style of the picture",
        "与图片同一风格的 {{animal}}",
    ),
    "magic.name.about": (
        "NAME is bound to the job at once; NAME.wait(), await NAME and NAME.video are there to use "
        "it. In a notebook the cell returns immediately and fills itself in; in a terminal it waits, "
        "unless there is --no-wait.",
        "变量名立即绑定到任务；可用 NAME.wait()、await NAME、NAME.video。"
        "在笔记本中单元格立即返回，结果会自动显示；在终端中会等待，除非加 --no-wait。",
    ),
    "magic.dry.head": (
        "This is what would be sent. Nothing was sent.",
        "以下是将要发送的内容。没有发送任何请求。",
    ),
    "magic.dry.model": (
        "The model was chosen by the input ({input}).",
        "模型按输入选择（{input}）。",
    ),
    "magic.dry.digest": ("Digest: {digest}", "摘要：{digest}"),
    "dry.takes": (
        "It would be sent {count:time|times}, as takes.",
        "会发送 {count} 次，各为一条。",
    ),
    "dry.here": (
        "Already here or on its way: {count} of {all}; shown, nothing is sent for it.",
        "已有或正在进行：{all} 个中的 {count} 个；直接显示，不再发送。",
    ),
    "dry.all.here": (
        "This is already here or on its way: it would be shown, and nothing is sent.",
        "已有或正在进行：会直接显示，不发送任何请求。",
    ),
    "dry.refused": (
        "As it stands it would be refused: {message}",
        "目前会被拒绝：{message}",
    ),
    "magic.warning": ("Mind: {text}", "注意：{text}"),
    "cost.none": (
        "Nothing was sent to a live account from {home}: no credits spent ({count:job|jobs} of the simulator).",
        "{home} 中没有发送到真实账户的请求：没有消耗额度（模拟器任务 {count} 个）。",
    ),
    "cost.total": (
        "{spent} credits spent, {reserved} reserved, {returned} returned; {count:job|jobs}.",
        "已用 {spent} 额度，预留 {reserved}，退回 {returned}；共 {count} 个任务。",
    ),
    "cost.as.reserved": (
        "{credits} of it were spent (as reserved): the service did not tell the charge.",
        "其中 {credits} 按预留计为已用：服务没有告知实际扣费。",
    ),
    "cost.vague": (
        "The cost of {count} of them is not known.",
        "其中 {count} 个的费用未知。",
    ),
    "cost.by.day": (
        "Day",
        "日期",
    ),
    "cost.by.model": (
        "Model",
        "模型",
    ),
    "cost.by.cell": (
        "Cell",
        "单元格",
    ),
    "cost.column.count": (
        "Jobs",
        "任务数",
    ),
    "cost.column.spent": (
        "Spent",
        "已用",
    ),
    "cost.column.reserved": (
        "Reserved",
        "预留",
    ),
    "cost.column.returned": (
        "Returned",
        "退回",
    ),
    "magic.unfinished.many": (
        "seedance_nb: an earlier session ended before its jobs did; "
        "`%seedance resume` goes on with them.",
        "seedance_nb：之前的会话结束时还有任务未完成；运行 `%seedance resume` 继续。",
    ),
    "magic.unfinished": (
        "seedance_nb: {count:job of an earlier session is|jobs of an earlier session are} not finished; "
        "`%seedance resume` goes on with them.",
        "seedance_nb：之前的会话有 {count} 个任务未完成；运行 `%seedance resume` 继续。",
    ),
    "magic.setting.key": (
        "not set here, where it would be saved: `%seedance login` asks for it",
        "不在这里设置（会被保存）；请用 `%seedance login` 输入",
    ),
    "magic.setting.about": (
        "{name}: also {environment} in the environment",
        "{name}：也可用环境变量 {environment}",
    ),
    "magic.verb.unknown": (
        "{verb!r} is not a verb of %seedance; there are: {choices}.",
        "%seedance 没有动词 {verb!r}；可用：{choices}。",
    ),
    "magic.verb.unknown.hint": (
        "To make a video, write `%%seedance` on the first line of a cell and the prompt below it.",
        "要生成视频，请在单元格第一行写 `%%seedance`，在下面写提示词。",
    ),
    "magic.verb.close": (
        "{verb!r} is not a verb of %seedance; did you mean {close!r}?",
        "%seedance 没有动词 {verb!r}；是否想写 {close!r}？",
    ),
    "magic.verb.close.hint": ("`%seedance help` lists them all.", "`%seedance help` 列出全部。"),
    "magic.verb.words": (
        "`%seedance {verb}` takes {takes}; {given} given.",
        "`%seedance {verb}` 的参数应为：{takes}；给了 {given} 个。",
    ),
    "magic.verb.words.hint": (
        "`%seedance help` tells what each verb takes, `%seedance jobs` the IDs of the jobs.",
        "`%seedance help` 说明每个动词的参数，`%seedance jobs` 列出任务 ID。",
    ),
    "magic.takes.none": (
        "no further words",
        "无",
    ),
    "magic.takes.maybe": ("at most one job", "至多一个任务"),
    "magic.takes.many": ("jobs, or nothing for the latest", "若干任务，或不填（最近的）"),
    "magic.takes.one": ("exactly one job", "恰好一个任务"),
    "magic.takes.scenario": ("at most one scenario", "最多一个场景名"),
    "magic.takes.task": (
        "a task ID, and the uncertain job that it belongs to",
        "一个任务 ID，以及它所属的结果不明的任务",
    ),
    "magic.takes.file": ("the name of a file", "一个文件名"),
    "magic.takes.yes": ("only -y", "最多一个 -y"),
    "magic.takes.login": ("only --save", "最多一个 --save"),
    "magic.login.prompt": ("EvoLink API key (not shown): ", "EvoLink API 密钥（不显示）："),
    "magic.login.nobody": (
        "Nobody is there to be asked for a key.",
        "当前无法输入密钥。",
    ),
    "magic.login.nobody.hint": (
        "Set EVOLINK_API_KEY in the environment before the notebook runs.",
        "请在运行笔记本之前设置环境变量 EVOLINK_API_KEY。",
    ),
    "magic.login.empty": ("No key was given; nothing changed.", "没有输入密钥；未作改动。"),
    "magic.login.done": (
        "The key is kept in memory until the kernel ends. From now on: {where}.",
        "密钥保存在内存中，内核结束即失效。现在使用：{where}。",
    ),
    "magic.login.saved": (
        "The key is kept in the keyring of this computer. From now on: {where}.",
        "密钥已保存到本机的钥匙串。现在使用：{where}。",
    ),
    "magic.resume.nothing": (
        "There is nothing to resume in {home}.",
        "{home} 中没有需要继续的任务。",
    ),
    "magic.resume.count": ("{count:job|jobs}:", "{count} 个任务："),
    "magic.jobs.earlier": ("({count} earlier ones are not listed)", "（更早的 {count} 个未列出）"),
    "magic.stopped.queued": (
        "Job {job} was taken out of the queue; nothing was sent.",
        "任务 {job} 已从队列中移除；没有发送。",
    ),
    "magic.stopped": (
        "Job {job} is no longer followed. EvoLink documents no cancel call: the task runs on and "
        "is billed. `%seedance resume` follows it again.",
        "任务 {job} 不再跟踪。EvoLink 没有取消接口：任务会继续并扣费。"
        "`%seedance resume` 可重新跟踪。",
    ),
    "magic.stopped.simulator": (
        "Job {job} is no longer followed; it runs on in the simulator. `%seedance resume` follows "
        "it again.",
        "任务 {job} 不再跟踪；它仍在模拟器中继续。`%seedance resume` 可重新跟踪。",
    ),
    "magic.stopped.givenup": (
        "Job {job} is given up; nothing further is done for it.",
        "任务 {job} 已放弃；不再为它做任何事。",
    ),
    "magic.stopped.already": (
        "Job {job} has ended ({status}); there is nothing to stop.",
        "任务 {job} 已结束（{status}）；无需停止。",
    ),
    "magic.credits.practice": (
        "Simulator: these credits are play money, none of yours are spent.",
        "模拟器：这些额度只是练习用的，不会消耗你的额度。",
    ),
    "magic.credits.key": ("this key", "此密钥"),
    "magic.credits.account": ("the account", "账户"),
    "magic.credits.unlimited": ("no limit", "无上限"),
    "magic.key.none": ("none", "无"),
    "magic.key.from": ("set, from {source}", "已设置，来自 {source}"),
    "magic.column.job": ("Job", "任务"),
    "magic.column.status": ("Status", "状态"),
    "magic.column.apart": ("Differs in", "不同之处"),
    "magic.column.take": ("Take", "条"),
    "magic.column.asked": ("Asked", "提交时间"),
    "magic.column.where": ("Made on", "来源"),
    "magic.column.credits": ("Credits", "额度"),
    "magic.column.file": ("File", "文件"),
    "magic.column.prompt": ("Prompt", "提示词"),
    "magic.column.model": ("Model", "模型"),
    "magic.column.input": ("Input", "输入"),
    "magic.column.tier": ("Tier", "档位"),
    "magic.column.quality": ("Quality", "画质"),
    "magic.column.search": ("Web search", "联网搜索"),
    "magic.column.what": ("What", "项目"),
    "magic.column.found": ("Found", "结果"),
    "magic.column.setting": ("Setting", "设置"),
    "magic.column.value": ("Value", "值"),
    "magic.column.remaining": ("Remaining", "剩余"),
    "magic.column.used": ("Used", "已用"),
    "magic.column.credits_of": ("Credits of", "额度归属"),
    "magic.input.text": ("a prompt only", "只有文字提示词"),
    "magic.input.image": ("1-2 images (first, last frame)", "1–2 张图片（首尾帧）"),
    "magic.input.reference": ("images, videos, sound as references", "图片、视频、音频参考"),
    "magic.yes": ("yes", "是"),
    "magic.no": ("no", "否"),
    "verb.jobs": (
        "the board: all jobs of this folder, live",
        "任务面板：此文件夹的全部任务，实时更新",
    ),
    "verb.gallery": (
        "[ID or NAME ...] takes and variants side by side (by default the latest)",
        "[ID 或变量名 ...] 并排显示多条结果（默认最近的）",
    ),
    "verb.resume": (
        "go on with all that is not finished; nothing is paid twice",
        "继续所有未完成的任务；不会重复付费",
    ),
    "verb.cost": (
        "what was spent, reserved and returned, by day, model and cell",
        "按日期、模型和单元格查看已用、预留和退回的额度",
    ),
    "verb.credits": ("the balance of key and account", "查询密钥和账户余额"),
    "verb.models": ("the models and what they take", "模型及其输入"),
    "verb.simulate": (
        "[SCENARIO] list the bad days that the simulator can play, or play one from now on",
        "[场景] 列出模拟器能演示的各种故障，或从现在起演示其中一种",
    ),
    "verb.clean": (
        "[-y] what can go without loss: clips of the simulator, half downloads; -y removes it",
        "[-y] 列出可安全删除的文件：模拟器的片段、残留的下载；-y 删除",
    ),
    "verb.doctor": (
        "what was found here: key, backend, versions, folders",
        "检查环境：密钥、后端、版本、文件夹",
    ),
    "verb.login": (
        "[--save] ask for the API key without showing it",
        "[--save] 输入 API 密钥（不显示）",
    ),
    "verb.config": ("the settings in force", "当前设置"),
    "verb.help": ("this page", "本页"),
    "verb.show": (
        "[ID or NAME] show a job as it is now (by default the latest)",
        "[ID 或变量名] 显示任务（默认最近一个）",
    ),
    "verb.wait": (
        "[ID or NAME] wait for a job (by default for all that run)",
        "[ID 或变量名] 等待任务（默认全部进行中的）",
    ),
    "verb.stop": (
        "ID or NAME: take it out of the queue, or stop following it",
        "ID 或变量名：移出队列，或停止跟踪",
    ),
    "verb.again": (
        "ID or NAME: send a failed one again; of a completed one make a new take",
        "ID 或变量名：重发失败的任务；已完成的则再生成一条",
    ),
    "verb.adopt": (
        "TASK_ID [JOB]: follow a task made elsewhere, or by an uncertain JOB",
        "TASK_ID [JOB]：跟踪在别处创建的任务，或由结果不明的 JOB 创建的任务",
    ),
    "verb.log": (
        "what was asked, from which cell, and what became of it",
        "请求记录：来自哪个单元格、结果如何",
    ),
    "verb.export": (
        "FILE: write the log as .jsonl, .ipynb, .py or .zip",
        "FILE：把记录写成 .jsonl、.ipynb、.py 或 .zip",
    ),
    "verb.rerun": (
        "ask for all of it again; on a paid service only with -y",
        "全部重新请求；付费服务需加 -y",
    ),
    # --- form ----------------------------------------------------------------------------------
    "form.title": ("New video", "新视频"),
    "form.static": (
        "A form for a video. `{line}` opens it again; `%seedance jobs` lists what it made.",
        "生成视频的表单。运行 `{line}` 可重新打开；`%seedance jobs` 列出它生成的任务。",
    ),
    "form.nowhere": (
        "A form needs a notebook in a browser. Here `%%seedance` cells and `sd.generate()` do the "
        "same.",
        "表单需要在浏览器的笔记本中使用。这里可以用 `%%seedance` 单元格或 `sd.generate()`。",
    ),
    "form.label.model": ("Input", "输入类型"),
    "form.label.prompt": ("Prompt", "提示词"),
    "form.label.tier": ("Tier", "档位"),
    "form.label.duration": ("Seconds", "时长（秒）"),
    "form.label.quality": ("Quality", "画质"),
    "form.label.aspect_ratio": ("Ratio", "画面比例"),
    "form.label.images": ("Images", "图片"),
    "form.label.videos": ("Videos", "视频"),
    "form.label.audios": ("Sounds", "音频"),
    "form.label.generate_audio": ("Sound", "生成声音"),
    "form.label.web_search": ("Web search", "联网搜索"),
    "form.label.content_filter": ("Content filter", "内容过滤"),
    "form.label.callback_url": ("Callback", "回调地址"),
    "form.label.takes": ("Takes", "条数"),
    "form.label.new": ("New take even if there is one", "已有结果也重新生成"),
    "form.chosen": ("{ratio}, chosen", "{ratio}，已选"),
    "form.choice.automatic": ("Auto", "自动"),
    "form.choice.text": ("Text", "文字"),
    "form.choice.image": ("Image", "图片"),
    "form.choice.reference": ("Reference", "参考"),
    "form.hint.media": ("Paths or addresses, one a line", "文件路径或网址，每行一个"),
    "form.hint.callback_url": ("Optional: https://...", "可选：https://..."),
    "form.hint.prompt": ("What the video shows", "描述想要的视频"),
    "form.upload.images": ("Upload images", "上传图片"),
    "form.upload.videos": ("Upload videos", "上传视频"),
    "form.upload.audios": ("Upload sounds", "上传音频"),
    "form.upload.most": ("up to {most} MB in all", "共不超过 {most} MB"),
    "form.upload.large": (
        "{name} ({size}) was not taken: uploads may have {most} MB in all. Give its path instead.",
        "未接收 {name}（{size}）：上传的文件合计不能超过 {most} MB。请改为填写文件路径。",
    ),
    "form.upload.remove": ("Remove {name}", "移除 {name}"),
    "form.offers": ("Complete:", "补全："),
    "form.offers.tip": ("Put {path} into the line", "填入 {path}"),
    "form.tags": (
        "The prompt can refer to: {tags}",
        "提示词中可以使用：{tags}",
    ),
    "form.tags.reference": (
        "{tags} refers to a file only where the input is Reference.",
        "只有输入类型为“参考”时，{tags} 才指代文件。",
    ),
    "form.label.fit": ("Fit files to the limits (--fit)", "调整文件以符合限制（--fit）"),
    "form.fit.tip": (
        "Copies are scaled, cut or converted; your own files stay as they are.",
        "只缩放、截取或转换副本，你的文件保持不变。",
    ),
    "form.fit.busy": ("Fitting the files ...", "正在调整文件……"),
    "form.sure": ("Yes, make {count} videos", "确定生成 {count} 个视频"),
    "form.sure.how": ("click the button once more", "再点一次按钮"),
    "input.first": ("First frame", "首帧"),
    "input.last": ("Last frame", "尾帧"),
    "form.mode.text": ("Text to video", "文生视频"),
    "form.mode.image": ("Image to video", "图生视频"),
    "form.mode.reference": ("Reference to video", "参考生视频"),
    "form.mode.automatic": (
        "{mode}, chosen by the input ({input}): {model}",
        "{mode}，按输入选择（{input}）：{model}",
    ),
    "form.mode.chosen": ("{mode}, as chosen: {model}", "{mode}，手动选择：{model}"),
    "form.length.words": (
        "{count} of about {limit} words",
        "{count} 个单词（建议不超过 {limit} 个）",
    ),
    "form.length.characters": (
        "{count} of about {limit} Chinese characters",
        "{count} 个汉字（建议不超过 {limit} 个）",
    ),
    "form.ratio": ("{ratio}: {width} × {height} pixels", "{ratio}：{width} × {height} 像素"),
    "form.ratio.adaptive": ("adaptive: as the input is", "adaptive：跟随输入"),
    "form.ratio.default": ("{ratio} (the default for this input)", "{ratio}（此类输入的默认值）"),
    "form.prompt.empty": ("Say what the video shows.", "请描述想要的视频。"),
    "form.secret": (
        "This holds the API key; it must not go into a request.",
        "这里含有 API 密钥，不能放进请求。",
    ),
    "form.takes": ("{count} videos", "{count} 个视频"),
    "form.unfiltered": ("filter relaxed", "已放宽过滤"),
    "form.ready": ("Ready: {summary}", "可以生成：{summary}"),
    "form.why": ("Not ready yet: {fields}", "尚不能生成：{fields}"),
    "form.generate": ("Generate", "生成"),
    "form.spell.cell": ("As cell", "转为单元格"),
    "form.spell.python": ("As Python", "转为 Python"),
    "form.spell.curl": ("As curl", "转为 curl"),
    "form.spell.label": ("To copy", "可复制"),
    "form.more": (
        "{count} more of these are made; `%seedance jobs` lists them all.",
        "还有 {count} 个也在生成；`%seedance jobs` 列出全部。",
    ),
    "error.file.request": (
        "{path} does not say what made a video.",
        "{path} 没有记录视频的请求内容。",
    ),
    "error.file.request.hint": (
        "Give a job id, a digest, or the `.json` beside a video in the folder `videos`.",
        "请给出任务 ID、摘要，或 `videos` 文件夹中视频旁边的 `.json`。",
    ),
    "verb.cell": (
        "[ID or NAME] put the cell of a job below this one",
        "[ID 或变量名] 把任务对应的单元格放到下方",
    ),
    "verb.form": (
        "[ID, digest or file] open a form, filled in from a job, a digest or a video's file",
        "[ID、摘要或文件] 打开表单；可由任务、摘要或视频文件填入",
    ),
    # --- command line --------------------------------------------------------------------------
    "cli.about": (
        "Make AI videos with EvoLink's Seedance 2.0 models, or practise on the built-in simulator, which costs nothing.",
        "用 EvoLink 的 Seedance 2.0 模型生成视频；也可以用内置模拟器练习，不花钱。",
    ),
    "cli.epilog": (
        "Without a key everything runs on the simulator. The result goes to stdout, all else to stderr.\nExit codes: 0 done, 1 failed, 2 bad request or settings, 3 uncertain whether it was accepted.",
        "没有密钥时一切都在模拟器上运行。结果写到 stdout，其余写到 stderr。\n退出码：0 完成，1 失败，2 请求或设置有误，3 不确定是否已被接受。",
    ),
    "cli.commands": (
        "commands",
        "命令",
    ),
    "cli.usage": ("usage: ", "用法："),
    "cli.arguments": ("arguments", "参数"),
    "cli.options": (
        "options",
        "选项",
    ),
    "cli.help": (
        "show this help",
        "显示帮助",
    ),
    "cli.version": (
        "show the version",
        "显示版本",
    ),
    "cli.language": (
        "en or zh; otherwise SEEDANCE_NB_LANGUAGE, then the locale",
        "en 或 zh；默认取 SEEDANCE_NB_LANGUAGE，再取系统语言",
    ),
    "cli.demo": (
        "run the quickstart notebook from end to end, on the simulator",
        "在模拟器上完整运行快速入门笔记本",
    ),
    "cli.demo.backend": (
        "live spends credits, and only with --yes",
        "live 会消耗额度，且必须加 --yes",
    ),
    "cli.demo.yes": (
        "agree to a live demo",
        "同意以 live 方式运行演示",
    ),
    "cli.demo.folder": (
        "where the results go (default: seedance_demo)",
        "结果放在哪里（默认 seedance_demo）",
    ),
    "cli.demo.start": (
        "The quickstart, run from end to end. {where}.",
        "完整运行快速入门。{where}。",
    ),
    "cli.demo.cell": (
        "[{number}/{count}] {title}",
        "[{number}/{count}] {title}",
    ),
    "cli.demo.took": (
        "{seconds:.0f} s",
        "{seconds:.0f} 秒",
    ),
    "cli.demo.refused": (
        "refused, as it should be",
        "按预期被拒绝",
    ),
    "cli.demo.done": (
        "Done in {seconds:.0f} s: {videos} videos. Open {html} in a browser.",
        "完成，用时 {seconds:.0f} 秒：{videos} 个视频。请用浏览器打开 {html}。",
    ),
    "cli.demo.failed": (
        "The notebook stopped: {reason}",
        "笔记本停止：{reason}",
    ),
    "cli.demo.live": (
        "This would make {count} videos on {where} and spend credits (estimate: unknown). Nothing was sent.\nTo do it: seedance-nb demo --backend live --yes",
        "这会在 {where} 生成 {count} 个视频并消耗额度（费用估计：未知）。没有发送任何请求。\n要执行：seedance-nb demo --backend live --yes",
    ),
    "cli.missing": (
        "{names} not installed: pip install 'seedance-nb[lab]'",
        "未安装 {names}：pip install 'seedance-nb[lab]'",
    ),
    "cli.lesson.missing": (
        "The quickstart notebook is not part of this installation.",
        "此安装中没有快速入门笔记本。",
    ),
    "cli.lab": (
        "open the notebooks in JupyterLab",
        "用 JupyterLab 打开笔记本",
    ),
    "cli.lab.copied": (
        "The notebooks are in {folder}; they are yours to change.",
        "笔记本在 {folder}，可以随意修改。",
    ),
    "cli.generate": (
        "make a video; prints the path of the file",
        "生成视频；输出文件路径",
    ),
    "cli.interrupted": (
        "Interrupted: the waiting ends; what was sent goes on, what was queued is not sent. "
        "To go on with all of it: seedance-nb resume",
        "已中断：只结束等待；已发送的会继续，排队中的不会发送。全部继续：seedance-nb resume",
    ),
    "cli.unsent": (
        "What is queued was never sent and costs nothing; `seedance-nb resume` would send it.",
        "排队中的请求尚未发送，没有费用；`seedance-nb resume` 会发送。",
    ),
    "cli.uncertain": (
        "{job}: nothing was sent now. When you know its task: "
        "python -c \"import seedance_nb as sd; sd.adopt('TASK_ID', sd.job('{job}')).wait()\". "
        "To send it once more with its key: "
        "python -c \"import seedance_nb as sd; sd.job('{job}').resend().wait()\". "
        "To make another one regardless: --new",
        "{job}：这次没有发送。若知道任务 ID："
        "python -c \"import seedance_nb as sd; sd.adopt('TASK_ID', sd.job('{job}')).wait()\"。"
        "用原键重发：python -c \"import seedance_nb as sd; sd.job('{job}').resend().wait()\"。"
        "另做一条：--new",
    ),
    "cli.trouble": ("({reason} It is tried again by itself.)", "（{reason} 会自动重试。）"),
    "cli.billed.no": ("Nothing was billed.", "没有扣费。"),
    "cli.billed.yes": ("The video was billed.", "该视频已扣费。"),
    "cli.billed.unknown": (
        "Whether it was billed is not known; look at the account.",
        "是否扣费不确定；请查看账户。",
    ),
    "cli.billed.practice": ("The simulator takes no money.", "模拟器不收费。"),
    "cli.interrupted.moment": (
        "A request is just on its way; a moment, so that its task is not lost ...",
        "正在发送请求；稍候，以免丢失任务……",
    ),
    "cli.goon": (
        "To go on with it: seedance-nb resume",
        "继续：seedance-nb resume",
    ),
    "cli.origin.shown": (
        "{job}: on disk already; nothing was sent. --new makes another take.",
        "{job}：已有视频；没有发送请求。--new 可再生成一条。",
    ),
    "cli.origin.joined": (
        "{job}: already on its way; nothing was sent.",
        "{job}：已在进行中；没有再次发送。",
    ),
    "cli.sum": ("{count:job|jobs}: {what}", "{count} 个任务：{what}"),
    "cli.progress": (
        "{done} of {count} done",
        "已完成 {done}/{count}",
    ),
    "cli.option.images": (
        "path or address of an image; repeatable (1-2: first and last frame; up to 9 as references)",
        "图片路径或地址；可重复（1–2 张：首尾帧；作参考最多 9 张）",
    ),
    "cli.option.videos": (
        "path or address of a reference video; up to 3",
        "参考视频路径或地址；最多 3 个",
    ),
    "cli.option.audios": (
        "path or address of a reference sound; up to 3, never alone",
        "参考音频路径或地址；最多 3 个，不能单独使用",
    ),
    "cli.option.wait": (
        "wait until the video is there (the default)",
        "等到视频完成（默认）",
    ),
    "cli.option.no_wait": (
        "return as soon as the request is accepted; prints the job's id",
        "请求被接受后立即返回；输出任务 ID",
    ),
    "cli.option.quiet": (
        "no progress",
        "不显示进度",
    ),
    "cli.left": (
        "about {seconds:.0f} s left",
        "大约还需 {seconds:.0f} 秒",
    ),
    "cli.dry": (
        "Nothing was sent. It would be sent {count:time|times}. Digest: {digest}",
        "没有发送任何请求。将会发送 {count} 次。摘要：{digest}",
    ),
    "cli.demo.error": (
        "failed",
        "失败",
    ),
    "cli.simulate": (
        "run the simulator as a server; prints its URL",
        "把模拟器作为服务器运行；输出其网址",
    ),
    "cli.simulate.port": (
        "port to listen on (default: any free one)",
        "监听端口（默认任意空闲端口）",
    ),
    "cli.simulate.time_scale": (
        "factor on the waiting times; 1 is as long as in earnest (default: 0.06)",
        "等待时间的倍数；1 与真实服务一样久（默认 0.06）",
    ),
    "cli.simulate.seed": (
        "other seeds give other pictures and ids (default: 0)",
        "不同的种子产生不同的画面和 ID（默认 0）",
    ),
    "cli.simulate.scenario": (
        "what is to happen: {names}",
        "要演练的场景：{names}",
    ),
    "cli.simulate.catalog": (
        "which models it offers (default: quickstart)",
        "提供哪些模型（默认 quickstart）",
    ),
    "cli.simulate.home": (
        "folder for its tasks and clips (default: simulator in the folder of the journal)",
        "任务和短片的文件夹（默认：日志文件夹中的 simulator）",
    ),
    "cli.simulate.how": (
        "The simulator runs: no credits are spent. Any key will do. To point seedance_nb at it:\n  export EVOLINK_BASE_URL={url}\n  export EVOLINK_API_KEY=simulator\nCtrl-C stops it; its tasks are kept in {home}.",
        "模拟器已启动：不消耗额度，任意密钥均可。让 seedance_nb 使用它：\n  export EVOLINK_BASE_URL={url}\n  export EVOLINK_API_KEY=simulator\n按 Ctrl-C 停止；任务保存在 {home}。",
    ),
    "cli.simulate.ready_made": (
        "It serves small ready-made clips; for real ones: pip install 'seedance-nb[media]'",
        "它只提供现成短片；要真实渲染：pip install 'seedance-nb[media]'",
    ),
    "cli.simulate.bad": (
        "The simulator cannot start: {reason}",
        "模拟器无法启动：{reason}",
    ),
    "cli.jobs": (
        "list the jobs of this folder",
        "列出此文件夹中的任务",
    ),
    "cli.jobs.none": (
        "No jobs in {home} yet.",
        "{home} 中还没有任务。",
    ),
    "cli.resume": (
        "go on with all that is not finished, after a crash for instance",
        "继续所有未完成的任务，例如崩溃之后",
    ),
    "cli.resume.none": (
        "Nothing to resume in {home}.",
        "{home} 中没有需要继续的任务。",
    ),
    "cli.log": (
        "list what was asked in this folder; --verify checks that it is all true",
        "列出本文件夹的请求记录；--verify 检查记录是否属实",
    ),
    "cli.doctor.leaks": (
        "instead, search a file or folder for API keys and signed links (1: some found)",
        "改为在文件或文件夹中查找 API 密钥和带签名的链接（退出码 1：有发现）",
    ),
    "cli.log.verify": (
        "hash everything anew; exit code 1 if something disagrees",
        "重新校验；如有不符，退出码为 1",
    ),
    "cli.log.notebook": (
        "a notebook whose outputs must show the files of the record",
        "其输出应与记录一致的笔记本",
    ),
    "cli.log.unreadable": (
        "The notebook {path} cannot be read: {reason}.",
        "无法读取笔记本 {path}：{reason}。",
    ),
    "cli.export": (
        "write the request log as .jsonl, .ipynb, .py or .zip",
        "把请求记录写成 .jsonl、.ipynb、.py 或 .zip",
    ),
    "cli.words": ("The command cannot be read: {message}.", "无法读取命令：{message}。"),
    "cli.words.hint": (
        "`{command} --help` tells what it takes.",
        "用 `{command} --help` 查看用法。",
    ),
    "cli.clean": (
        "list what can go without loss: clips of the simulator, half downloads, stray inputs",
        "列出可安全删除的文件：模拟器的片段、残留的下载、无用的输入副本",
    ),
    "cli.clean.yes": ("remove it", "直接删除"),
    "cli.export.file": ("where to; the ending says in which form", "目标文件；扩展名决定格式"),
    "cli.doctor": (
        "say what was found: key, backend, versions, encoder, folder, clock",
        "检查环境：密钥、后端、版本、编码器、文件夹、时钟",
    ),
    # --- doctor --------------------------------------------------------------------------------
    "error.scenario": ("There is no scenario {value!r}.", "没有场景 {value!r}。"),
    "error.scenario.hint": ("There are: {choices}; fail:CODE.", "可选：{choices}；fail:错误码。"),
    "error.scenario.close": (
        "There is no scenario {value!r}; did you mean {close}?",
        "没有场景 {value!r}；是不是 {close}？",
    ),
    "error.scenario.close.hint": (
        "`%seedance simulate` lists them all; fail:CODE fails with a documented code.",
        "`%seedance simulate` 列出全部；fail:错误码 以文档中的错误码失败。",
    ),
    "error.scenario.live": (
        "Scenarios are played by the simulator only; this is: {where}.",
        "只有模拟器能演示场景；当前是：{where}。",
    ),
    "error.scenario.live.hint": (
        'Practise with `sd.configure(backend="simulator")`.',
        '可用 `sd.configure(backend="simulator")` 练习。',
    ),
    "magic.simulate.now": (
        "The simulator now plays: {name}. `%seedance simulate normal` ends it.",
        "模拟器现在演示：{name}。用 `%seedance simulate normal` 结束。",
    ),
    "magic.simulate.normal": ("The simulator: all goes well.", "模拟器：一切正常。"),
    "scenario.normal": (
        "All goes well.",
        "一切正常。",
    ),
    "scenario.fail": (
        "The task fails on its content; fail:CODE fails with another documented code.",
        "任务因内容失败；fail:错误码 以文档中的其他错误码失败。",
    ),
    "scenario.cancelled": (
        "The service cancels the task halfway.",
        "服务中途取消任务。",
    ),
    "scenario.stall": (
        "Progress stops at 95% for ever.",
        "进度永远停在 95 %。",
    ),
    "scenario.jump": (
        "Progress stands still, then leaps.",
        "进度先不动，然后突然跳跃。",
    ),
    "scenario.backwards": (
        "Progress falls back from 70 % to 30 % on the way.",
        "进度中途从 70% 退回 30%。",
    ),
    "scenario.unknown-status": (
        "For a while the status is a word that nobody has documented.",
        "有一段时间，状态是文档中没有的词。",
    ),
    "scenario.lost-answer": (
        "The create is accepted, but its answer never arrives.",
        "创建请求被接受，但应答丢失。",
    ),
    "scenario.slow-accept": (
        "The service takes 40 real seconds (scaled) to answer a create.",
        "服务要 40 秒（按时间比例）才应答创建请求。",
    ),
    "scenario.server-error": (
        "Every create gets a 500 and makes nothing.",
        "每个创建请求都得到 500，什么也没有创建。",
    ),
    "scenario.rate-limit": (
        "The first two creates get a 429 with Retry-After.",
        "前两个创建请求得到 429 和 Retry-After。",
    ),
    "scenario.no-quota": (
        "The account is empty: every create gets a 402.",
        "账户没有额度：每个创建请求都得到 402。",
    ),
    "scenario.no-channel": (
        "No channel serves the model: every create gets a 400.",
        "没有通道提供该模型：每个创建请求都得到 400。",
    ),
    "scenario.no-channel-503": (
        "No channel serves the model: every create gets the older 503.",
        "没有通道提供该模型：每个创建请求都得到旧式的 503。",
    ),
    "scenario.bad-key": (
        "The key is not accepted: 401 everywhere.",
        "密钥不被接受：一律 401。",
    ),
    "scenario.query-errors": (
        "The first three queries of each task get a 500.",
        "每个任务的前三次查询得到 500。",
    ),
    "scenario.expired-link": (
        "The first result link of each task is dead; asking again gives a good one.",
        "每个任务的第一个视频链接已失效；再查询一次得到有效链接。",
    ),
    "scenario.broken-file": (
        "The result is cut off after two thirds of the file.",
        "视频文件在三分之二处被截断。",
    ),
    "scenario.missing-file": (
        "The result link leads nowhere (404).",
        "视频链接无效（404）。",
    ),
    "scenario.wrong-length": (
        "The result is two seconds longer than asked.",
        "视频比要求的长两秒。",
    ),
    "scenario.wrong-size": (
        "The result has another ratio than asked.",
        "视频的宽高比与要求不同。",
    ),
    "scenario.no-results": (
        "The task completes without a result link.",
        "任务完成，但没有视频链接。",
    ),
    "scenario.two-results": (
        "The task completes with two result links.",
        "任务完成，有两个视频链接。",
    ),
    "magic.column.scenario": ("Scenario", "场景"),
    "magic.column.happens": ("What happens", "会发生什么"),
    "clean.none": ("Nothing to remove in {home}.", "{home} 中没有可删除的文件。"),
    "clean.would": (
        "{count:file|files} ({size} MB) can go without loss; `-y` removes them.",
        "有 {count} 个文件（{size} MB）可以安全删除；加上 `-y` 即可删除。",
    ),
    "clean.done": (
        "{count:file|files} removed, {size} MB freed.",
        "已删除 {count} 个文件，释放 {size} MB。",
    ),
    "clean.files": ("Files", "文件数"),
    "clean.clip": (
        "Clips of the simulator, which it makes anew when they are asked for",
        "模拟器的片段（需要时会重新生成）",
    ),
    "clean.part": (
        "Unfinished downloads that nobody goes on with",
        "未完成且无人继续的下载",
    ),
    "clean.input": ("Copies of inputs that no job refers to", "没有任务引用的输入副本"),
    "explain.head": ("HTTP of {job}: {count:exchange|exchanges}", "{job} 的 HTTP 往来：{count} 次"),
    "explain.gap": (", of which {count} in the middle are left out", "（省略中间 {count} 次）"),
    "explain.waiting": ("HTTP of {job}: nothing yet", "{job} 的 HTTP 往来：暂无"),
    "explain.none": (
        "HTTP of {job}: nothing was sent for this cell. `--new` makes a new take.",
        "{job} 的 HTTP 往来：这个单元格没有发送请求。用 `--new` 可再生成一条。",
    ),
    "explain.lost": ("no answer: {reason}", "没有应答：{reason}"),
    "explain.file": ("(the file)", "（文件内容）"),
    "explain.video": ("(the video)", "（视频内容）"),
    "explain.sent": ("Sent", "发送"),
    "explain.came": ("Answer", "应答"),
    "leaks.line": ("line {number}", "第 {number} 行"),
    "leaks.source": ("source of cell {number}", "第 {number} 个单元格的源码"),
    "leaks.output": ("output of cell {number}", "第 {number} 个单元格的输出"),
    "leaks.cell": ("metadata of cell {number}", "第 {number} 个单元格的元数据"),
    "leaks.metadata": ("metadata of the notebook", "笔记本的元数据"),
    "leaks.own": ("the API key in use", "正在使用的 API 密钥"),
    "leaks.key": ("what looks like an API key", "疑似 API 密钥"),
    "leaks.link": (
        "a signed link, which opens the file to anybody",
        "带签名的链接，任何人都能打开",
    ),
    "leaks.none": (
        "No key and no signed link found in {path}.",
        "{path} 中没有密钥或带签名的链接。",
    ),
    "leaks.found": (
        "{count} found. Replace a key that was shared at evolink.ai/dashboard/keys; clear the "
        "outputs or take the cells out, then look again.",
        "发现 {count} 处。泄露的密钥请到 evolink.ai/dashboard/keys 更换；清除输出或删去单元格后再查一次。",
    ),
    "error.leaks.missing": (
        "There is no file or folder {path}.",
        "没有文件或文件夹 {path}。",
    ),
    "error.leaks.missing.hint": ("Name a file or a folder.", "请给出一个文件或文件夹。"),
    "error.leaks.unreadable": ("{path} cannot be read: {reason}.", "无法读取 {path}：{reason}。"),
    "error.leaks.unreadable.hint": (
        "Check its permissions, and that it is whole.",
        "请检查权限以及文件是否完整。",
    ),
    "doctor.key": (
        "API key",
        "API 密钥",
    ),
    "doctor.key.yes": (
        "found ({source})",
        "已找到（{source}）",
    ),
    "doctor.key.no": (
        "none; the simulator needs none",
        "无；模拟器不需要",
    ),
    "doctor.key.missing": (
        "none",
        "无",
    ),
    "doctor.backend": (
        "Backend",
        "后端",
    ),
    "doctor.catalog": (
        "Catalog",
        "模型目录",
    ),
    "doctor.catalog.is": (
        "{name}: {models} models",
        "{name}：{models} 个模型",
    ),
    "doctor.versions": (
        "Versions",
        "版本",
    ),
    "doctor.absent": (
        "{name} not installed",
        "{name} 未安装",
    ),
    "doctor.kernel": (
        "Kernel",
        "内核",
    ),
    "doctor.kernel.deaf": (
        "ipykernel {version} may at times leave a cell waiting for good (a known fault of 7.0 to "
        "7.3): pip install -U ipykernel, then restart the kernel",
        "ipykernel {version} 有时会让单元格一直等待（7.0 至 7.3 的已知缺陷）："
        "请运行 pip install -U ipykernel，然后重启内核",
    ),
    "doctor.front_end": (
        "Front end",
        "前端",
    ),
    "doctor.front_end.lab": (
        "JupyterLab or Notebook 7",
        "JupyterLab 或 Notebook 7",
    ),
    "doctor.front_end.vscode": (
        "VS Code",
        "VS Code",
    ),
    "doctor.front_end.colab": (
        "Colab",
        "Colab",
    ),
    "doctor.front_end.terminal": (
        "terminal",
        "终端",
    ),
    "doctor.front_end.script": (
        "command line or script",
        "命令行或脚本",
    ),
    "doctor.front_end.none": (
        "nobody looks: cells wait for their video",
        "无人查看：单元格会等到视频完成",
    ),
    "doctor.encoder": (
        "Encoder",
        "编码器",
    ),
    "doctor.encoder.real": (
        "PyAV with libx264, Pillow: the simulator renders what is asked for",
        "PyAV（含 libx264）和 Pillow：模拟器按要求渲染",
    ),
    "doctor.encoder.ready": (
        "{missing}: the simulator serves small ready-made clips; for real ones: pip install 'seedance-nb[media]'",
        "{missing}：模拟器只提供现成短片；要真实渲染：pip install 'seedance-nb[media]'",
    ),
    "doctor.encoder.codec": (
        "PyAV cannot encode H.264",
        "PyAV 不能编码 H.264",
    ),
    "doctor.home": (
        "Folder",
        "文件夹",
    ),
    "doctor.home.good": (
        "{home}: writable, {free} free",
        "{home}：可写，剩余 {free}",
    ),
    "doctor.home.low": (
        "{home}: writable, but only {free} free",
        "{home}：可写，但只剩 {free}",
    ),
    "doctor.home.bad": (
        "{home}: cannot be written ({reason}); set `home` or SEEDANCE_NB_HOME to another folder",
        "{home}：无法写入（{reason}）；请把 `home` 或 SEEDANCE_NB_HOME 设为其他文件夹",
    ),
    "doctor.clock": (
        "Clock",
        "时钟",
    ),
    "doctor.clock.good": (
        "{time} UTC",
        "{time} UTC",
    ),
    "doctor.clock.past": (
        "{time} UTC: in the past; expiry times will be wrong until the clock is set",
        "{time} UTC：时间偏早；校准前过期时间会不准",
    ),
    "doctor.clock.behind": (
        "{time} UTC, but a job in this folder was asked at {later}: one of the clocks is wrong",
        "{time} UTC，但此文件夹中有任务提交于 {later}：有一个时钟不准",
    ),
    "doctor.reach": (
        "Reachable",
        "连通性",
    ),
    "doctor.reach.yes": (
        "yes, {url} answers ({credits} credits left)",
        "正常，{url} 有应答（剩余 {credits} 额度）",
    ),
    "doctor.reach.plain": (
        "yes, {url} answers",
        "正常，{url} 有应答",
    ),
    "doctor.reach.no": (
        "no: {reason}",
        "不通：{reason}",
    ),
    "doctor.reach.slow": (
        "no answer within {seconds} s",
        "{seconds} 秒内没有应答",
    ),
    "doctor.jobs": (
        "Jobs",
        "任务",
    ),
    "doctor.jobs.none": (
        "none yet",
        "还没有",
    ),
    "doctor.jobs.done": (
        "{count}, all of them finished",
        "共 {count} 个，均已结束",
    ),
    "doctor.jobs.resume": (
        "{count}, of which {left} not finished: {hint}",
        "共 {count} 个，{left} 个未结束：{hint}",
    ),
    "doctor.jobs.hint": (
        "%seedance resume, or on the command line: seedance-nb resume",
        "%seedance resume，或命令行 seedance-nb resume",
    ),
    "doctor.jobs.bad": (
        "the journal cannot be read: {reason}",
        "无法读取日志：{reason}",
    ),
}
