"""catalog.toml → Catalog, read strictly: nothing unknown, nothing missing, nothing that could leave the weights folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NoReturn

from stylize.errors import DeclarationError
from stylize.weights.catalog import FAMILIES, LANGUAGES, ROLES, Catalog, Licence, Part, RemoteFile, Tier, Trust

NAME = "catalog.toml"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_FILE = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_ENDINGS = (".safetensors", ".json", ".txt", ".jinja")
"""What may be fetched at all: weights without code, and text."""

_LICENCE = {"title", "link", "default", "sentence"}
_TIER = {"family", "title", "sentence", "default", "optional"}
_PART = {"title", "sentence", "roles", "families", "repository", "revision", "licence", "place", "files"}
_FILE_KEYS = {"path", "save_as", "size_bytes", "about_bytes", "sha256", "trust"}

Table = Mapping[str, object]


def read_catalog(text: str) -> Catalog:
    """Raises DeclarationError, naming the table and the key."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        _off("it is not valid TOML")
    _only(whole, "", {"licences", "parts", "tiers"})
    licences = {slug: _licence(slug, t) for slug, t in _tables(whole, "licences").items()}
    parts = {slug: _part(slug, t, licences) for slug, t in _tables(whole, "parts").items()}
    _apart(parts)
    tiers = {slug: _tier(slug, t, parts) for slug, t in _tables(whole, "tiers").items()}
    return Catalog(licences=MappingProxyType(licences), parts=MappingProxyType(parts), tiers=MappingProxyType(tiers))


def _licence(slug: str, table: Table) -> Licence:
    where = f"licences.{slug}."
    _only(table, where, _LICENCE)
    if not isinstance(table.get("default"), bool):
        _off(f"{where}default must be true or false")
    return Licence(
        slug=slug,
        title=_text(table, "title", where),
        link=_link(table, "link", where),
        default=bool(table["default"]),
        sentence=_translated(table, "sentence", where),
    )


def _part(slug: str, table: Table, licences: Mapping[str, Licence]) -> Part:
    where = f"parts.{slug}."
    _only(table, where, _PART | {"licence_link"}, optional={"licence_link"})
    licence = licences.get(_text(table, "licence", where)) or _off(f"{where}licence must name one of licences")
    place = _match(table, "place", where, _FILE)
    _inside(place, f"{where}place")
    rows = table["files"]
    if not isinstance(rows, list) or not rows:
        _off(f"{where}files must be a list, and not empty")
    files = tuple(_file(row, f"{where}files[{number}].") for number, row in enumerate(rows))
    part = Part(
        slug=slug,
        title=_text(table, "title", where),
        sentence=_translated(table, "sentence", where),
        roles=_choices(table, "roles", where, ROLES),
        families=_choices(table, "families", where, FAMILIES),
        repository=_match(table, "repository", where, _REPOSITORY),
        revision=_match(table, "revision", where, _COMMIT),
        licence=licence,
        licence_link=_link(table, "licence_link", where) if "licence_link" in table else licence.link,
        place=place,
        files=files,
    )
    if part.single_file and (len(files) != 1 or not files[0].path.endswith(".safetensors")):
        _off(f"{where}place is a file, so there must be one .safetensors file")
    if len({file.save_as for file in files}) != len(files):
        _off(f"{where}files has two that are saved under one name")
    return part


def _file(row: object, where: str) -> RemoteFile:
    if not isinstance(row, dict):
        _off(f"{where[:-1]} must be a table")
    _only(row, where, _FILE_KEYS, optional=_FILE_KEYS - {"path"})
    path = _match(row, "path", where, _FILE)
    save_as = _match(row, "save_as", where, _FILE) if "save_as" in row else path
    for name in (path, save_as):
        _inside(name, where + "path")
        if not name.endswith(_ENDINGS):
            _off(f"{where}path must end in one of {', '.join(_ENDINGS)}")
    sha256 = _match(row, "sha256", where, _SHA256) if "sha256" in row else None
    trust: Trust = "pinned"
    if row.get("trust") == "first-download" and sha256 is None:
        trust = "first-download"
    elif "trust" in row or sha256 is None:
        _off(f'{where[:-1]} needs either sha256 or trust = "first-download"')
    if trust == "pinned" and "about_bytes" in row:
        _off(f"{where}about_bytes is only for files whose content is not known")
    return RemoteFile(
        path=path,
        save_as=save_as,
        size_bytes=_bytes(row, "size_bytes", where),
        about_bytes=_bytes(row, "about_bytes", where),
        sha256=sha256,
        trust=trust,
    )


def _tier(slug: str, table: Table, parts: Mapping[str, Part]) -> Tier:
    where = f"tiers.{slug}."
    _only(table, where, _TIER)
    (family,) = _choices({"family": [table["family"]]}, "family", where, FAMILIES)
    groups = {name: _choices(table, name, where, tuple(parts)) for name in ("default", "optional")}
    for name, slugs in groups.items():
        for part in (parts[slug] for slug in slugs):
            if family not in part.families:
                _off(f"{where}{name} names {part.slug}, which does not belong to {family}")
            if name == "default" and not part.licence.default:
                _off(f"{where}default names {part.slug}, whose licence is not for a default set")
    if set(groups["default"]) & set(groups["optional"]):
        _off(f"{where}default and optional share a part")
    return Tier(
        slug=slug,
        family=family,
        title=_translated(table, "title", where),
        sentence=_translated(table, "sentence", where),
        default=tuple(parts[slug] for slug in groups["default"]),
        optional=tuple(parts[slug] for slug in groups["optional"]),
    )


def _apart(parts: Mapping[str, Part]) -> None:
    """No part may lie in another's place: each is removed as a whole."""
    places = [PurePosixPath(part.place) for part in parts.values()]
    for number, one in enumerate(places):
        if any(one == other or one in other.parents or other in one.parents for other in places[:number]):
            _off(f"the place {one} overlaps another part's")


# ---------------------------------------------------------------- values


def _off(why: str) -> NoReturn:
    raise DeclarationError(name=NAME, why=why)


def _only(table: Table, where: str, known: set[str], *, optional: set[str] | frozenset[str] = frozenset()) -> None:
    for key in table:
        if key not in known:
            _off(f"the key {where}{key} is unknown; known: {', '.join(sorted(known))}")
    for key in sorted(known - optional):
        if key not in table:
            _off(f"{where}{key} is missing")


def _tables(table: Table, key: str) -> dict[str, dict[str, object]]:
    value = table[key]
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        _off(f"{key} must hold tables")
    for slug in value:
        if not _SLUG.fullmatch(slug):
            _off(f"{key}.{slug} must be named in small letters, digits and single hyphens")
    return value


def _text(table: Table, key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        _off(f"{where}{key} must be text, and not empty")
    return value.strip()


def _match(table: Table, key: str, where: str, pattern: re.Pattern[str]) -> str:
    value = _text(table, key, where)
    if not pattern.fullmatch(value):
        _off(f"{where}{key} is not written as it should be")
    return value


def _inside(name: str, where: str) -> None:
    """Repository and disk names: no way out of the folder, nothing hidden."""
    if any(piece.startswith(".") for piece in PurePosixPath(name).parts):
        _off(f"{where} may not be hidden or lead out of its folder")


def _link(table: Table, key: str, where: str) -> str:
    value = _text(table, key, where)
    if not value.startswith("https://"):
        _off(f"{where}{key} must be an https:// address")
    return value


def _bytes(table: Table, key: str, where: str) -> int | None:
    value = table.get(key)
    if value is not None and (type(value) is not int or value <= 0):
        _off(f"{where}{key} must be a whole number above 0")
    return value if isinstance(value, int) else None


def _choices(table: Table, key: str, where: str, known: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key)
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        _off(f"{where}{key} must be a list, not empty, each entry once")
    for entry in value:
        if entry not in known:
            _off(f"{where}{key} has {entry!r}, which is none of {', '.join(known)}")
    return tuple(value)


def _translated(table: Table, key: str, where: str) -> Mapping[str, str]:
    texts = table.get(key)
    if not isinstance(texts, dict):
        _off(f"{where}{key} must be a table")
    _only(texts, f"{where}{key}.", set(LANGUAGES))
    return MappingProxyType({language: _text(texts, language, f"{where}{key}.") for language in LANGUAGES})
