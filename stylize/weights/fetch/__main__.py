"""`python -m stylize.weights.fetch`: read an order from stdin, fetch, say what happened, leave with an exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stylize.errors import FileUnreadable, StylizeError
from stylize.weights.fetch.switches import open_up
from stylize.weights.line import Line

INTERRUPTED = 130
UNEXPECTED = 1
LINE = Line()


def main() -> int:
    """Exit code 0, that of the error, or 130 if the user stopped it."""
    order = json.load(sys.stdin)
    as_json = bool(order["json"])
    try:
        hosts = _run(order, as_json)
    except StylizeError as problem:
        return _end(problem.slug, str(problem), problem.exit_code, as_json=as_json)
    except KeyboardInterrupt:
        sentence = (
            "Stopped, as you asked. What has arrived is kept and is not used; the same command goes on from there."
        )
        return _end("cancelled", sentence, INTERRUPTED, as_json=as_json)
    except Exception as problem:  # the details may hold what is the user's: only the kind is told
        sentence = f"Something went wrong while downloading ({type(problem).__name__}). Nothing unfinished is used."
        return _end("unexpected", sentence, UNEXPECTED, as_json=as_json)
    if as_json:
        print(json.dumps({"pulled": order["parts"], "hosts": hosts}))
    return 0


def _run(order: dict[str, object], as_json: bool) -> tuple[str, ...]:
    open_up()
    from huggingface_hub import constants

    from stylize.weights.catalog import catalog
    from stylize.weights.declared import read_catalog
    from stylize.weights.fetch.run import Order, Voice, pull

    whole = read_catalog(Path(str(order["catalog"])).read_text(encoding="utf-8")) if order["catalog"] else catalog()
    token = _token(Path(str(order["token_file"]))) if order["token_file"] else None
    names, accepted, hosts = order["parts"], order["accepted"], order["allow_hosts"]
    assert isinstance(names, list)
    assert isinstance(accepted, dict)
    assert isinstance(hosts, list)

    def line(text: str) -> None:
        LINE.wipe()
        print(text, file=sys.stderr if as_json else sys.stdout, flush=True)

    return pull(
        Order(
            parts=tuple(whole.parts[name] for name in names),
            home=Path(str(order["home"])),
            accepted=accepted,
            endpoint=constants.ENDPOINT,
            allow_hosts=tuple(hosts),
            token=token,
            proxy=str(order["proxy"]) if order["proxy"] else None,
        ),
        Voice(line=line, progress=LINE.show),
    )


def _token(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise FileUnreadable(why="the token file is not there or may not be read") from None


def _end(slug: str, sentence: str, code: int, *, as_json: bool) -> int:
    LINE.wipe()
    print(json.dumps({"error": slug, "message": sentence}) if as_json else f"stylize: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
