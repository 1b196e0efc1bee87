"""stylize weights: what there is, fetch it, take over what you have, check it, remove it."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from types import MappingProxyType

ACTIONS = MappingProxyType(
    {
        "list": "what can be had, how large it is, under which licence, and what is installed",
        "pull": "download; the only command of Stylize that opens a connection",
        "import": "take over weights that you have: a file, a folder, a USB stick, another program's models",
        "verify": "read what is installed again and say what is wrong with it",
        "remove": "delete what was pulled or copied; your own files stay",
    }
)
FUNCTIONS = MappingProxyType(
    {
        "list": ("weights_list", "list_all"),
        "pull": ("weights_pull", "pull"),
        "import": ("weights_bring", "bring_in"),
        "verify": ("weights_keep", "verify_all"),
        "remove": ("weights_keep", "remove_named"),
    }
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: stylize weights pull small"
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    for action, summary in ACTIONS.items():
        own = actions.add_parser(action, help=summary, description=summary[0].upper() + summary[1:] + ".")
        own.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for programs")
        own.add_argument("--traceback", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        own.add_argument(
            "--folder", type=Path, metavar="FOLDER", help="your weights folder, if it is not the usual one"
        )
        if action == "pull":
            _pull(own)
        elif action == "import":
            _import(own)
        elif action == "verify":
            own.add_argument(
                "names", nargs="*", metavar="NAME", help="as stylize weights list names it; all unless said"
            )
        elif action == "remove":
            own.add_argument("names", nargs="+", metavar="NAME", help="as stylize weights list names it")
            own.add_argument("--yes", action="store_true", help="do not ask")


def execute(args: argparse.Namespace) -> int:
    """One action, in a module of its own."""
    module, function = FUNCTIONS[args.action]
    return int(getattr(importlib.import_module(f"stylize.cli.{module}"), function)(args))


def home_of(args: argparse.Namespace) -> Path:
    """The weights folder: --folder, else a folder that the settings name, else the usual one."""
    from stylize.settings import read_settings
    from stylize.weights.parts import weights_home

    named = args.folder or read_settings().weights
    return weights_home(named if args.folder or (named and _holds_models(named)) else None)


def _holds_models(place: Path) -> bool:
    """A folder of models, there or still to be made, and not a model itself."""
    if not place.exists():
        return place.suffix.lower() != ".safetensors"
    return place.is_dir() and not (place / "model_index.json").exists()


def _pull(own: argparse.ArgumentParser) -> None:
    own.add_argument("names", nargs="+", metavar="NAME", help="a tier (small, standard, edit, edit-large) or a part")
    own.add_argument(
        "--all", action="store_true", help="also the optional parts of the tiers, if their licence is clear"
    )
    own.add_argument(
        "--accept-licence",
        action="append",
        default=[],
        metavar="ID",
        help="say yes to a licence without being asked; may be said several times",
    )
    own.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds your access token of the hub, if it wants one"
    )
    own.add_argument("--proxy", metavar="URL", help="go through this proxy; those in the environment are not used")
    own.add_argument("--allow-host", action="append", default=[], metavar="HOST", help="trust a host besides the hub's")
    own.add_argument("--catalog", type=Path, metavar="FILE", help="another catalog.toml, of a mirror of your own")


def _import(own: argparse.ArgumentParser) -> None:
    own.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="a .safetensors file, a model, or a folder of them"
    )
    own.add_argument("--find", action="store_true", help="look in the usual places of other programs")
    own.add_argument(
        "--copy", action="store_true", help="copy, and do not only refer to it; a USB stick is always copied"
    )
    own.add_argument("--only", action="append", default=[], metavar="NAME", help="take only what is named so")
    own.add_argument("--all", action="store_true", help="take everything that is found")
