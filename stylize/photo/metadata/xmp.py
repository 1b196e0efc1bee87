"""XMP (ISO 16684-1): RDF in XML. Every property, structure field and list item with a text of its own is told."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from stylize.models import Found
from stylize.photo.metadata.words import found, size_words

_MOST = 500
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BINARY = re.compile(r"^[A-Za-z0-9+/=\s]{400,}$")
_THUMBNAIL_NAMES = ("image", "thumbnail", "data")


def parse(block: bytes) -> ET.Element | None:
    """The packet's tree; None where it is none, or carries declarations of its own, which XMP has no use for."""
    start, end = block.find(b"<"), block.rfind(b">")
    document = block[start : end + 1]
    if start < 0 or b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        return None
    try:
        return ET.fromstring(document)  # noqa: S314 - see the import
    except (ET.ParseError, ValueError, LookupError):
        return None


def read(block: bytes) -> list[Found]:
    """The properties of an XMP packet; one that cannot be parsed is told as such."""
    root = parse(block)
    if root is None:
        return [found("XMP", f"{size_words(len(block))} that cannot be read", "other")]
    findings: list[Found] = []
    for holder in root.iter(f"{_RDF}Description"):
        _walk(holder, "", findings)
    return findings[:_MOST]


def _walk(node: ET.Element, path: str, findings: list[Found]) -> None:
    for key, value in node.attrib.items():
        if not key.startswith(_RDF) and not key.startswith("{http://www.w3.org/XML/"):
            _tell(_join(path, _local(key)), value, findings)
        elif key == f"{_RDF}resource":
            _tell(path or "resource", value, findings)
    for child in node:
        if child.tag == f"{_RDF}Description" and not path:
            continue
        name = path if child.tag.startswith(_RDF) else _join(path, _local(child.tag))
        if child.text and child.text.strip():
            _tell(name, child.text, findings)
        if len(findings) < _MOST:
            _walk(child, name, findings)


def _tell(name: str, value: str, findings: list[Found]) -> None:
    if _BINARY.match(value):
        pictured = any(word in name.lower() for word in _THUMBNAIL_NAMES)
        kind = "thumbnail" if pictured else None
        findings.append(found(name, f"{size_words(len(value) * 3 // 4)} of data", kind))
    elif value.strip():
        findings.append(found(name, value))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _join(path: str, name: str) -> str:
    return f"{path} {name}" if path and len(path) < 60 else name
