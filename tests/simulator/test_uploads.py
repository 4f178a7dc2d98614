"""Tests of the file API."""

from __future__ import annotations

import base64
import http.client
import io
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from seedance_nb.simulator.forms import FormReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.conftest import Answer, Client, Clock, Web

    Simulate = Callable[..., Client]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(60))
BASE = "/api/v1/files"


def _upload(client: Client, content: bytes = PNG, **fields: object) -> Answer:
    data = base64.b64encode(content).decode()
    return client.call("POST", f"{BASE}/upload/base64", {"base64_data": data, **fields})


def test_an_upload_by_base64_is_told_and_served(simulate: Simulate) -> None:
    """The answer has the documented fields; its link gives the bytes back without a key."""
    client = simulate()

    answer = _upload(client, file_name="cat.png", upload_path="cats")

    data = answer.json["data"]
    assert (answer.status, answer.json["success"], answer.json["code"]) == (200, True, 200)
    assert data.keys() == {
        "file_id",
        "file_name",
        "original_name",
        "file_size",
        "mime_type",
        "upload_path",
        "file_url",
        "download_url",
        "upload_time",
        "expires_at",
    }
    assert (data["mime_type"], data["file_size"]) == ("image/png", len(PNG))
    assert data["upload_time"].endswith("+08:00")
    client.key = None
    for link in (data["file_url"], data["download_url"]):
        served = client.call("GET", link)
        assert (served.content, served.headers["content-type"]) == (PNG, "image/png")


def test_a_data_url_is_taken_too(simulate: Simulate) -> None:
    """What stands before the comma is left out."""
    client = simulate()
    text = "data:image/png;base64," + base64.b64encode(PNG).decode()

    answer = client.call("POST", f"{BASE}/upload/base64", {"base64_data": text})

    assert client.call("GET", answer.json["data"]["file_url"]).content == PNG


def test_an_upload_by_form(simulate: Simulate) -> None:
    """A multipart body with the part `file`."""
    client = simulate()
    body = (
        b'--xx\r\nContent-Disposition: form-data; name="uploadPath"\r\n\r\npics\r\n'
        b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + PNG + b"\r\n--xx--\r\n"
    )

    answer = client.call(
        "POST", f"{BASE}/upload/stream", body, Content_Type="multipart/form-data; boundary=xx"
    )

    data = answer.json["data"]
    assert (data["original_name"], data["upload_path"]) == ("a b.png", "pics")
    assert client.call("GET", data["file_url"]).content == PNG


def _form(name: str, content: bytes, filename: str = "a.png") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return f"--xx\r\n{head}\r\n\r\n".encode() + content + b"\r\n--xx--\r\n"


def _send(client: Client, body: bytes, kind: str = "multipart/form-data; boundary=xx") -> Answer:
    return client.call("POST", f"{BASE}/upload/stream", body, Content_Type=kind)


@pytest.mark.parametrize("cut", [1, 3, 7, 64])
def test_a_form_may_come_in_any_pieces(cut: int) -> None:
    """Wherever the body is cut, also inside its boundaries, the file is what was sent."""
    content = PNG + b"\r\n--x\r\n--xy"[:7] + b"\r\n-" * 9
    field = b'--xx\r\nContent-Disposition: form-data; name="file_name"\r\n\r\n\xe7\x8b\x97\r\n'
    body, file = field + _form("file", content, "狗 a.png"), io.BytesIO()
    form = FormReader('multipart/form-data; boundary="xx"', file, 1000)

    for start in range(0, len(body), cut):
        form.feed(body[start : start + cut])

    assert file.getvalue() == content
    assert (form.filename, form.fields, form.size) == (
        "狗 a.png",
        {"file_name": "狗"},
        len(content),
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (_form("other", PNG), "multipart/form-data; boundary=xx"),
        (_form("file", PNG), "multipart/form-data"),
        (_form("file", PNG), "text/plain"),
        (b"--xx\r\n" + b"x" * 20_000, "multipart/form-data; boundary=xx"),
        (b"", "multipart/form-data; boundary=xx"),
        (_form("file", PNG)[:-8], "multipart/form-data; boundary=xx"),
        (_form("file", b"MZ no picture"), "multipart/form-data; boundary=xx"),
    ],
)
def test_a_bad_form_is_refused(simulate: Simulate, tmp_path: Path, body: bytes, kind: str) -> None:
    """The error has the file API's form, and nothing stays in the folder."""
    answer = _send(simulate(tmp_path), body, kind)

    assert (answer.status, answer.json["success"]) == (400, False)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_form_without_a_key_is_refused_at_its_end(simulate: Simulate, tmp_path: Path) -> None:
    """A client that sends some megabytes without a key still reads the 401."""
    client = simulate(tmp_path)
    client.key = None

    answer = _send(client, _form("file", PNG + bytes(4_000_000)))

    assert answer.status == 401
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_large_form_goes_to_disk(simulate: Simulate) -> None:
    """Forty megabytes need less than eight of memory, and come back as they were."""
    client = simulate()
    piece = bytes(1 << 20)
    head, tail = _form("file", PNG).split(PNG)
    host = client.sim.url.removeprefix("http://")
    kind = "multipart/form-data; boundary=xx"
    sent = {"Authorization": f"Bearer {client.key}", "Content-Type": kind}
    sent["Content-Length"] = str(len(head) + len(PNG) + 40 * len(piece) + len(tail))
    connection = http.client.HTTPConnection(host, timeout=20)

    tracemalloc.start()
    connection.request(
        "POST", f"{BASE}/upload/stream", iter([head, PNG, *[piece] * 40, tail]), sent
    )
    answer = json.loads(connection.getresponse().read())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    connection.close()

    assert answer["data"]["file_size"] == len(PNG) + 40 * len(piece)
    assert most < 8_000_000


def test_more_than_100_mb_is_too_much(simulate: Simulate, tmp_path: Path) -> None:
    """It is counted to the end, refused with a 413, and not kept."""
    client = simulate(tmp_path)

    answer = _send(client, _form("file", PNG + bytes(100 * 1024 * 1024)))

    assert (answer.status, answer.json["msg"]) == (413, "file size exceeds 100MB")
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_upload_by_url(simulate: Simulate, web: Web) -> None:
    """What is at an address of this machine is fetched; dead, private and made-up ones are told."""
    client = simulate()

    def take(url: str) -> Answer:
        return client.call("POST", f"{BASE}/upload/url", {"file_url": url})

    near = take(web.put("/a.png", PNG))
    own = take(near.json["data"]["file_url"])
    bad = [
        take(url)
        for url in (f"{web.url}/b", "https://example.com/a.png", "http://10.0.0.1/", "file:///x")
    ]

    assert near.json["data"]["file_size"] == own.json["data"]["file_size"] == len(PNG)
    assert [each.status for each in bad] == [400] * 4
    assert bad[0].json["msg"] == "file_url cannot be fetched: HTTP 404"


def test_a_heic_picture_is_no_film(simulate: Simulate) -> None:
    """A telephone's format looks like MP4 at first, and is refused."""
    answer = _upload(simulate(), b"\0\0\0\x20ftypheic" + bytes(40))

    assert answer.json["msg"] == "unsupported file type"


def test_quota_list_and_delete_follow_the_uploads(simulate: Simulate, clock: Clock) -> None:
    """Each upload counts until it is deleted or 72 hours old."""
    client = simulate(clock=clock)
    first = _upload(client).json["data"]
    _upload(client)
    used = client.call("GET", f"{BASE}/quota").json["data"]
    listed = client.call("GET", f"{BASE}/list?page=1&pageSize=1").json["data"]
    deleted = client.call("DELETE", f"{BASE}/{first['file_id']}")

    assert (used["used_files"], used["remain_files"], used["max_files"]) == (2, 1998, 2000)
    assert (listed["total"], len(listed["files"])) == (2, 1)
    assert deleted.status == 200
    assert client.call("DELETE", f"{BASE}/{first['file_id']}").status == 404
    assert client.call("GET", f"{BASE}/quota").json["data"]["used_files"] == 1
    clock.now += 72 * 3600 + 1
    assert client.call("GET", f"{BASE}/quota").json["data"]["used_files"] == 0


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"MZ this is no picture", {}),
        (b"", {}),
        (PNG, {"upload_path": "../etc"}),
        (PNG, {"file_name": "x" * 256}),
    ],
)
def test_a_bad_upload_is_refused(
    simulate: Simulate, content: bytes, fields: dict[str, object]
) -> None:
    """Errors of the file API have the form of its own."""
    answer = _upload(simulate(), content, **fields)

    assert answer.status == 400
    assert answer.json.keys() == {"success", "code", "msg"}
    assert answer.json["success"] is False


def test_uploads_need_a_key(simulate: Simulate) -> None:
    """Without one it is a 401."""
    client = simulate()
    client.key = None

    assert _upload(client).status == 401
