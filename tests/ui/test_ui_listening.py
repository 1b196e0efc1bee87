"""The address the page takes."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from ui.listening import PLAIN_HOST, Address, listen, random_host

WIDE_LOOPBACK = pytest.mark.skipif(sys.platform not in ("linux", "win32"), reason="only 127.0.0.1 is set up here")


@WIDE_LOOPBACK
def test_every_start_has_a_host_of_its_own() -> None:
    hosts, ports = set(), set()
    for port in (None, 0, None, 0):
        listener, address = listen(port)
        with listener:
            assert listener.getsockname() == (address.host, address.port)
            assert address.loopback
            with socket.create_connection((address.host, address.port), 5):
                pass
            hosts.add(address.host)
            ports.add(address.port)
    assert len(hosts) == len(ports) == 4
    assert PLAIN_HOST not in hosts


def test_random_hosts_are_loopback_and_far_from_the_systems_own() -> None:
    for host in {random_host() for _ in range(500)}:
        assert Address(host=host, port=1).loopback
        assert not host.startswith("127.0.")
        assert not host.endswith((".0", ".255"))


def test_who_names_a_port_gets_it_where_everybody_looks() -> None:
    listener, address = listen(0, host=PLAIN_HOST)
    listener.close()
    listener, again = listen(address.port)
    with listener:
        assert again == address == Address(host="127.0.0.1", port=address.port, scheme="http")
        with pytest.raises(OSError, match="in use"):
            listen(address.port)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "localhost", "224.0.0.1", "255.255.255.255", "127.0.0.1/8"])
def test_only_one_machine_is_an_address(host: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        listen(0, host=host)


def test_how_an_address_is_said() -> None:
    plain, usual = Address(host="127.1.2.3", port=81), Address(host="127.1.2.3", port=80)
    secure = Address(host="192.0.2.7", port=8443, scheme="https")
    assert (plain.authority, plain.origin) == ("127.1.2.3:81", "http://127.1.2.3:81")
    assert (usual.authority, usual.origin) == ("127.1.2.3", "http://127.1.2.3")
    assert (secure.origin, secure.cookie, secure.loopback) == ("https://192.0.2.7:8443", "__Host-stylize-8443", False)
    assert plain.link("k") == "http://127.1.2.3:81/?token=k"
    assert (plain.cookie, plain.secure, secure.secure) == ("stylize-81", False, True)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no /proc/net here")
def test_nothing_listens_beyond_that_address() -> None:
    listener, address = listen(None)
    with listener:
        port = f"{address.port:04X}"
        rows = [
            line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()
        ]
        ours = [row[1] for row in rows[1:] if row[3] == "0A" and row[1].endswith(":" + port)]
        little_endian = bytes(reversed(socket.inet_aton(address.host))).hex().upper()
        assert ours == [f"{little_endian}:{port}"]
