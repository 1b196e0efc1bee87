"""Every packet on loopback, seen by the kernel's own eyes (packet(7)), and whose it was."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_STATISTICS, SO_RCVBUFFORCE = 263, 6, 33
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}
LOOK_UP_PORTS = (53, 853, 5353, 5355)
BUFFER_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Flow:
    """Where packets went from and to; ports are 0 where the protocol has none."""

    protocol: str
    source: str
    source_port: int
    target: str
    target_port: int
    name: str = ""
    """What a look-up asks for (RFC 1035, 4.1.2)."""

    def ends(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return (self.source, self.source_port), (self.target, self.target_port)

    def __str__(self) -> str:
        return (
            f"{self.protocol} {self.source}:{self.source_port} > {self.target}:{self.target_port} {self.name}".strip()
        )


class Recorder:
    """Counts what is sent over lo, from its making until `stop`. `owners`: command name of the process that had the
    port when its first packet was seen, as far as it could be found.
    """

    def __init__(self) -> None:
        self._wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        with contextlib.suppress(PermissionError):  # root's alone; otherwise `lost` tells whether it was too small
            self._wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._wire.bind(("lo", ETH_P_ALL))
        self._wire.settimeout(0.2)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._flows: Counter[Flow] = Counter()
        self.owners: dict[Flow, str] = {}
        self.bytes_seen = 0
        self.lost = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def flows(self) -> Counter[Flow]:
        """Packets by flow, until now."""
        with self._lock:
            return Counter(self._flows)

    def stop(self) -> None:
        """End; `lost` says then how many packets the kernel could not show us."""
        self._stopped.set()
        self._thread.join(5)
        _, self.lost = struct.unpack("II", self._wire.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self._wire.close()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                head, (_, ethernet_type, packet_type, *_) = self._wire.recvfrom(400)
            except TimeoutError:
                continue
            if packet_type != PACKET_OUTGOING:  # on loopback each packet comes by twice
                continue
            flow, length = read_head(head, ethernet_type)
            with self._lock:
                new = flow not in self._flows
                self._flows[flow] += 1
                self.bytes_seen += length
            if new:
                self.owners[flow] = owner(flow)


def read_head(head: bytes, ethernet_type: int) -> tuple[Flow, int]:
    """The flow of a packet and its length in bytes, by its first bytes (RFC 791, RFC 8200)."""
    if ethernet_type == ETH_P_IP:
        length = struct.unpack_from(">H", head, 2)[0]
        number, family, addresses, at = head[9], socket.AF_INET, (head[12:16], head[16:20]), (head[0] & 15) * 4
    elif ethernet_type == ETH_P_IPV6:
        length = 40 + struct.unpack_from(">H", head, 4)[0]
        number, family, addresses, at = head[6], socket.AF_INET6, (head[8:24], head[24:40]), 40
    else:
        return Flow(f"ethernet type {ethernet_type:#06x}", "", 0, "", 0), len(head)
    source, target = (socket.inet_ntop(family, address) for address in addresses)
    protocol = PROTOCOLS.get(number, f"protocol {number}")
    ports = struct.unpack_from(">HH", head, at) if protocol in ("tcp", "udp") and len(head) >= at + 4 else (0, 0)
    name = asked_name(head[at + 8 :]) if protocol == "udp" and ports[1] in LOOK_UP_PORTS else ""
    return Flow(protocol, source, ports[0], target, ports[1], name), length


def asked_name(message: bytes) -> str:
    """The first name in the question of a DNS message, as far as it is here."""
    labels, at = [], 12
    while at < len(message) and message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("ascii", "replace"))
        at += 1 + message[at]
    return ".".join(labels)


def owner(flow: Flow) -> str:
    """Command name and number of the process whose socket sent it, "" if there is none (any more)."""
    for name in (flow.protocol, f"{flow.protocol}6"):
        table = Path(f"/proc/net/{name}")
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == flow.source_port and fields[9] != "0":
                return _holder(f"socket:[{fields[9]}]")
    return ""


def _holder(link: str) -> str:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(entry.readlink()) == link for entry in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} {process.name}"
        except OSError:
            continue
    return ""
