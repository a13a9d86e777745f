"""TOML files → frozen records, or one ConfigError that names every fault with file, line, table and key."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import DiembaoError

T = TypeVar("T")

#: The files of a configuration folder; a missing one is taken from those packaged with diembao.
FILES = ("settings.toml", "sources.toml", "places.toml", "topics.toml", "schedule.toml", "alerts.toml")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one configuration file."""

    file: str
    #: 1-based; None where the fault is that something is missing from the whole file
    line: int | None
    #: e.g. 'source[2].feeds[0].kind'
    key: str
    message: str

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.key}: {self.message}" if self.key else f"{at}: {self.message}"


class ConfigError(DiembaoError):
    """The configuration cannot be used; `faults` lists all that is wrong, at least one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def packaged(name: str) -> str:
    """Return the text of a configuration file as it comes with diembao."""
    return (files("config") / name).read_text("utf-8")


def resolve(directory: Path | None, name: str) -> tuple[str, str]:
    """Return (what to call it, its text) of the file in `directory`, or else of the packaged one.

    Raises ConfigError where the file cannot be read as UTF-8.
    """
    if directory is None or not (path := directory / name).exists():
        return f"<diembao>/{name}", packaged(name)
    try:
        return str(path), path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), None, "", f"cannot be read: {error}")]) from error


def parse_toml(text: str, kind: type[T], *, name: str) -> T:
    """Read TOML into `kind`, a dataclass whose fields are its top-level tables; `name` is what faults call the file."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise ConfigError([Fault(name, line, "", f"no valid TOML: {error}")]) from error
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        raise ConfigError([_fault(e, kind, text, name) for e in error.errors()]) from error


def _fault(error: ErrorDetails, kind: type[Any], text: str, name: str) -> Fault:
    loc = [part for part in error["loc"] if not _is_internal(part)]
    message = error["msg"]
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = _field_names(kind, loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
        message = "unknown key"
        message += f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(known))}"
    elif error["type"] in ("missing", "missing_argument"):
        message = "is missing"
    else:
        message = f"{message}, found {error['input']!r:.80}"
    key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
    return Fault(name, line_of(text, loc), key, message)


def _is_internal(part: int | str) -> bool:
    """Pydantic puts names of union members among the keys."""
    return isinstance(part, str) and bool(re.search(r"[\[(]|^(str|int|float|none)$", part))


def _field_names(kind: Any, loc: Iterable[int | str]) -> list[str]:
    for part in loc:
        kind = _element(kind) if isinstance(part, int) else _field_type(kind, part)
    found = next((k for k in _members(kind) if is_dataclass(k)), None)
    return [f.name for f in fields(found)] if found is not None else []


def _field_type(kind: Any, name: str) -> Any:
    for member in _members(kind):
        if is_dataclass(member):
            return get_type_hints(member).get(name)
        if get_origin(member) is not None and len(get_args(member)) == 2:  # a mapping: the type of its values
            return get_args(member)[1]
    return None


def _element(kind: Any) -> Any:
    return next((get_args(k)[0] for k in _members(kind) if get_args(k)), None)


def _members(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def line_of(text: str, loc: Sequence[int | str]) -> int | None:
    """Return the 1-based line where the key `loc` (or the nearest table around it) stands in a TOML text.

    Found by looking at headers and `key =` lines, which is how these files are written; an inline table
    gives the line it begins on.
    """
    lines = text.splitlines()
    first, found = 0, None
    path: list[str] = []
    for i, part in enumerate(loc):
        if isinstance(part, int):
            header = re.compile(rf"^\s*\[\[\s*{re.escape('.'.join(path))}\s*\]\]")
            hits = [n for n in range(first, len(lines)) if header.match(lines[n])]
            if part < len(hits):
                first = found = hits[part]
            continue
        path.append(part)
        header = re.compile(rf"^\s*\[\s*{re.escape('.'.join(path))}\s*\]")
        key = re.compile(rf"""^\s*["']?{re.escape(part)}["']?\s*=""")
        end = next((n for n in range(first + 1, len(lines)) if lines[n].startswith("[") and i), len(lines))
        hit = next((n for n in range(first, len(lines)) if header.match(lines[n])), None)
        if hit is None:
            hit = next((n for n in range(first, end) if key.match(lines[n])), None)
        if hit is not None:
            first = found = hit
    return None if found is None else found + 1
