"""What may be said on the command line of the page."""

from __future__ import annotations

import argparse
import getpass
from dataclasses import dataclass
from pathlib import Path

SHORTEST_PASSWORD = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """`port` None: a free one. `lan_password` None: one is made. `wall` False: the user goes without, and is told."""

    port: int | None
    browser: bool
    weights: Path | None
    keep_seconds: float
    wall: bool
    lan: bool
    lan_address: str | None
    lan_password: str | None


def read_options(arguments: list[str] | None) -> Options:
    """Read them; asks for the password if --lan-password says so. Leaves the program for what cannot be understood."""
    parser = _parser()
    said = parser.parse_args(arguments)
    lan = said.lan or said.lan_address is not None or said.lan_password
    password = None
    if said.lan_password:
        password = getpass.getpass(f"A password for the page ({SHORTEST_PASSWORD} letters at least): ")
        if len(password) < SHORTEST_PASSWORD:
            parser.error(f"the password must have {SHORTEST_PASSWORD} letters at least")
    return Options(
        port=said.port,
        browser=not said.no_browser,
        weights=said.weights,
        keep_seconds=60 * said.keep_minutes,
        wall=not said.without_wall,
        lan=lan,
        lan_address=said.lan_address,
        lan_password=password,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ui", description="Open the Stylize page on this machine.")
    parser.add_argument("--port", type=int, metavar="N", help="the port to answer on (else one that is free)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--weights", type=Path, help="a Stable Diffusion folder or .safetensors file")
    parser.add_argument(
        "--keep-minutes",
        type=_minutes,
        default=15,
        metavar="N",
        help="how long photos and pictures stay in memory after their last use (%(default)s unless said)",
    )
    parser.add_argument(
        "--without-wall",
        action="store_true",
        help="go on even if the system cannot take the network away from this program (the page will say so)",
    )
    lan = parser.add_argument_group("for your own network", "only with a password and TLS; read what is printed then")
    lan.add_argument("--lan", action="store_true", help="let phones and computers in your network reach the page")
    lan.add_argument("--lan-address", metavar="A.B.C.D", help="which of this computer's addresses (implies --lan)")
    lan.add_argument(
        "--lan-password", action="store_true", help="ask for a password instead of making one (implies --lan)"
    )
    return parser


def _minutes(text: str) -> float:
    """A number between 0.1 (six seconds) and 1440 (a day)."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0.1 <= minutes <= 24 * 60:
        raise argparse.ArgumentTypeError("it must be a number between 0.1 and 1440")
    return minutes
