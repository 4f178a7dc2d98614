"""Addresses that nobody outside can reach, however they are spelt."""

from __future__ import annotations

import pytest

from seedance_nb.core.addresses import is_inside, is_loopback, is_private

HERE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "::1",
    "[::1]", "localhost", "LOCALHOST.", "a.localhost", "１２７.0.0.1", "127。0。0。1",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "10.1", "172.16.0.1", "192.168.5", "169.254.169.254", "100.64.0.1", "0",
    "fc00::1", "fe80::1%eth0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1",
]  # fmt: skip
NAMES = [
    "nas", "nas.local", "NAS.Local.", "printer.lan", "files.corp", "box.home.arpa",
    "x.internal",
]  # fmt: skip
PUBLIC = [
    "example.com", "8.8.8.8", "134744072", "2606:4700::1111", "local.example.com",
    "10.0.0.1.example.com", "1.2.3.4.5", "256.256.256.256", "99999999999", "0x1ffffffff",
    "08.8.8.8", "mylocal.com",
]  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_this_machine_has_many_names(host: str) -> None:
    """Short, old, foreign and dotted spellings are seen through."""
    assert is_loopback(host)
    assert is_private(host)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_one_in_every_spelling(host: str) -> None:
    """Numbers of every kind are private, without being this machine."""
    assert is_private(host)
    assert not is_loopback(host)


@pytest.mark.parametrize("host", [*HERE, *PRIVATE, *NAMES])
def test_nobody_outside_reaches_a_local_network(host: str) -> None:
    """Names that only a local network knows are inside, like its addresses."""
    assert is_inside(host)


@pytest.mark.parametrize("host", NAMES)
def test_a_name_is_no_private_address(host: str) -> None:
    """What a name of a local network means is not judged by its spelling."""
    assert not is_private(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_what_is_public_is_left_alone(host: str) -> None:
    """Neither a public name nor what is no address is taken for a private one."""
    assert not is_private(host)
    if "." in host or ":" in host:
        assert not is_inside(host)
