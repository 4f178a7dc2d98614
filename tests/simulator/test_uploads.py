"""Tests of the file API."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.conftest import Answer, Client, Clock

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


def test_an_upload_by_url_comes_from_this_machine_only(simulate: Simulate) -> None:
    """A loopback URL is fetched, all others are refused."""
    client = simulate()
    link = _upload(client).json["data"]["file_url"]

    near = client.call("POST", f"{BASE}/upload/url", {"file_url": link})
    far = client.call("POST", f"{BASE}/upload/url", {"file_url": "https://example.com/a.png"})
    gone = client.call("POST", f"{BASE}/upload/url", {"file_url": link.replace("file_", "x_")})

    assert near.json["data"]["file_size"] == len(PNG)
    assert (far.status, gone.status) == (400, 400)


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
