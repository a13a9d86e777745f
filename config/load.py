"""TOML files → frozen dataclasses, or one ConfigError that lists every fault with file, line, table and key."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.fault_words import file_fault, toml_fault, value_error_fault, value_fault
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, shown

T = TypeVar("T")

#: Files of a configuration folder; the packaged file stands in for a missing one.
FILES = ("settings.toml", "sources.toml", "places.toml", "topics.toml", "schedule.toml", "alerts.toml")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a configuration file."""

    file: str
    #: Line number from 1; None if the fault is a table missing from the file.
    line: int | None
    #: Path of the key, e.g. 'source[2].feeds[0].kind'; '' for the whole file.
    key: str
    #: In English; a Message can be shown in another language.
    message: str

    def __str__(self) -> str:
        return self._with_place(self.message)

    def translated(self) -> str:
        """Return the fault with its place, in the language of the context."""
        return self._with_place(shown(self.message))

    def _with_place(self, message: str) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.key}: {message}" if self.key else f"{at}: {message}"


class ConfigError(DiembaoError):
    """The configuration is unusable; `faults` lists every fault, at least one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Faults:
    """Collects the faults of one file, so that one run reports all of them."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text
        self._faults: list[Fault] = []

    def add(self, loc: Sequence[int | str], message: str, /, **values: object) -> None:
        """Add a fault at the key `loc`, a path of keys and indexes of tables.

        The message is a `mark("...")` with these values as its fields, or a Message.
        """
        words = message if isinstance(message, Message) else Message(message, **values)
        self._faults.append(Fault(self._name, line_of(self._text, loc), _key_path(loc), words))

    def try_(self, loc: Sequence[int | str], parse: Callable[[str], object], value: str) -> None:
        """Add a fault at the key `loc` if `parse` raises ValueError or re.error for the value."""
        try:
            parse(value)
        except (ValueError, re.error) as error:
            self.add(loc, value_error_fault(error))

    def raise_any(self) -> None:
        """Raise ConfigError if there is a fault."""
        if self._faults:
            raise ConfigError(self._faults)


def packaged(name: str) -> str:
    """Return the text of a configuration file packaged with diembao."""
    return (files("config") / name).read_text("utf-8")


def resolve(directory: Path | None, name: str) -> tuple[str, str]:
    """Return name and text of the file in `directory`, or else of the packaged one; the name is for faults.

    Raises ConfigError if the file cannot be read as UTF-8.
    """
    if directory is None or not (path := directory / name).exists():
        return f"<diembao>/{name}", packaged(name)
    try:
        return str(path), path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), None, "", file_fault(error))]) from error


def parse_toml(text: str, kind: type[T], *, name: str) -> T:
    """Read TOML into `kind`, a dataclass whose fields are its top-level tables; `name` is the file's name in faults.

    Raises ConfigError.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, message = toml_fault(error)
        raise ConfigError([Fault(name, line, "", message)]) from error
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        raise ConfigError([_fault_of(e, kind, text, name) for e in error.errors()]) from error


def _fault_of(error: ErrorDetails, kind: type[Any], text: str, name: str) -> Fault:
    loc = [part for part in error["loc"] if not _is_internal(part)]
    message = value_fault(error)
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        keys = _field_names(kind, loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), keys, n=1, cutoff=0.5)
        if near:
            message = Message(mark("unknown key; did you mean '{near}'?"), near=near[0])
        else:
            message = Message(mark("unknown key; known are {keys}"), keys=", ".join(sorted(keys)))
    return Fault(name, line_of(text, loc), _key_path(loc), message)


def _key_path(loc: Iterable[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _is_internal(part: int | str) -> bool:
    """Return whether a part of pydantic's location is the name of a union member and not a key."""
    return isinstance(part, str) and bool(re.search(r"[\[(]|^(str|int|float|none)$", part))


def _field_names(kind: Any, loc: Iterable[int | str]) -> list[str]:
    for part in loc:
        kind = _element(kind) if isinstance(part, int) else _field_type(kind, part)
    record = next((k for k in _members(kind) if is_dataclass(k)), None)
    return [f.name for f in fields(record)] if record is not None else []


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
    """Return the line, from 1, of the key `loc` in a TOML text, or of the nearest table around it; None if neither.

    Only headers and `key =` lines count, which is how these files are written; a key of an inline table gives the
    line on which the table begins.
    """
    lines = text.splitlines()
    first, line = 0, None
    path: list[str] = []
    for i, part in enumerate(loc):
        if isinstance(part, int):
            header = re.compile(rf"^\s*\[\[\s*{re.escape('.'.join(path))}\s*\]\]")
            hits = [n for n in range(first, len(lines)) if header.match(lines[n])]
            if part < len(hits):
                first = line = hits[part]
            continue
        path.append(part)
        header = re.compile(rf"^\s*\[\s*{re.escape('.'.join(path))}\s*\]")
        key = re.compile(rf"""^\s*["']?{re.escape(part)}["']?\s*=""")
        end = next((n for n in range(first + 1, len(lines)) if lines[n].startswith("[") and i), len(lines))
        hit = next((n for n in range(first, len(lines)) if header.match(lines[n])), None)
        if hit is None:
            hit = next((n for n in range(first, end) if key.match(lines[n])), None)
        if hit is not None:
            first = line = hit
    return None if line is None else line + 1
