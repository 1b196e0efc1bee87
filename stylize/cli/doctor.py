"""stylize doctor: is this machine well, and if not, what to do."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stylize.cli.common import add_settings, settings_of
from stylize.cli.output import say_json, say_table
from stylize.doctor import Examination, examine
from stylize.workshop import Workshop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser)


def execute(args: argparse.Namespace) -> int:
    """Examine and tell. Exit code 1 if no engine at all can work here."""
    settings = settings_of(args)
    with Workshop(settings) as workshop:
        found = examine(workshop.capabilities(), weights=settings.weights, runner=settings.runner)
    if args.json:
        say_json(asdict(found))
    else:
        _say(found)
    return 0 if any(engine.ready for engine in found.engines) else 1


def _say(found: Examination) -> None:
    free = "unknown" if found.free_bytes is None else f"{found.free_bytes / 1e9:.1f} GB"
    rows = [("system", found.system), ("python", found.python)]
    rows += [(name, number or "missing") for name, number in found.versions.items()]
    rows += [
        ("memory", f"{free} free"),
        ("devices", ", ".join(found.devices) or "none"),
        *([("diffusion", found.memory.why)] if found.memory else []),
        *([("diffusion is run by", found.runner)] if found.runner else []),
        ("lettering", "every script that is carried" if found.shaping else "no joined scripts (Arabic and its kind)"),
        ("network lock", _lock(found)),
    ]
    rows += [(f"engine {engine.name}", "ready" if engine.ready else "not ready") for engine in found.engines]
    say_table(rows)
    print()
    print("\n".join(found.advice) if found.advice else "All is well.")
    print("To have the promises of privacy tried on this machine, run: stylize selftest")


def _lock(found: Examination) -> str:
    if found.seccomp is None:
        return "this system has none that needs no administrator"
    parts = [("seccomp", found.seccomp), ("network namespaces", bool(found.namespaces))]
    return ", ".join(f"{name} {'offered' if there else 'not offered'}" for name, there in parts) + " by the kernel"
