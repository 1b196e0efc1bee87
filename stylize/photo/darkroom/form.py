"""The one file in an uploaded form (RFC 7578), taken apart by python_multipart."""

from __future__ import annotations

from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from stylize.errors import PhotoNotArrived

_FIELD = b"files"
_MOST_PARTS = 3


@dataclass(kw_only=True, slots=True)
class _Form:
    """Filled while the form is walked through."""

    parts: int = 0
    name: bytes = b""
    value: bytes = b""
    ours: bool = False
    pieces: list[bytes] = field(default_factory=list)
    files: int = 0
    whole: bool = False

    def begin_part(self) -> None:
        self.parts += 1
        self.ours = False
        if self.parts > _MOST_PARTS:
            raise PhotoNotArrived

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def end_header(self) -> None:
        if self.name.lower() == b"content-disposition":
            _, options = parse_options_header(self.value)
            self.ours = options.get(b"name") == _FIELD and b"filename" in options
        self.name = self.value = b""

    def begin_body(self) -> None:
        self.files += self.ours

    def body(self, data: bytes, start: int, end: int) -> None:
        if self.ours:
            self.pieces.append(data[start:end])

    def end(self) -> None:
        self.whole = True


def take_file(untrusted_form: bytes, boundary: bytes) -> bytes:
    """The content of the field "files". Raises PhotoNotArrived for a form that holds no or two such files, has too many
    parts, or ends too early.
    """
    form = _Form()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": form.begin_part,
            "on_header_field": form.header_field,
            "on_header_value": form.header_value,
            "on_header_end": form.end_header,
            "on_headers_finished": form.begin_body,
            "on_part_data": form.body,
            "on_end": form.end,
        },
    )
    try:
        parser.write(untrusted_form)
    except (FormParserError, ValueError):
        raise PhotoNotArrived from None
    if not form.whole or form.files != 1:
        raise PhotoNotArrived
    return b"".join(form.pieces)
