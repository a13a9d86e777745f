"""TOML files → frozen dataclasses, or one ConfigError that lists every fault with file, line, table and key."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.faults.errors import ConfigError, Fault
from config.faults.words import file_fault, toml_fault, value_error_fault, value_fault
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

T = TypeVar("T")
#: Kind of file → what checks it; to make it takes longer than to check a file.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
#: Keys and indexes of tables, from the top of a file down.
Location = tuple[int | str, ...]

#: Files of a configuration folder; the packaged file stands in for a missing one.
FILES = (
    *("settings.toml", "sources.toml", "places.toml", "topics.toml", "schedule.toml", "alerts.toml"),
    *("register.toml", "units.toml", "holidays.toml", "plan.toml"),
)
#: Rounds of reading without what has faults: a key, the table that needs it, the table around that one, the rest.
_MOST_ATTEMPTS = 5
#: Lines that are no TOML told of one file; after some, one mistake makes most of them.
_MOST_BAD_LINES = 10
#: Texts whose content is kept.
_MOST_SOUND = 8


class Faults:
    """Collects the faults of one file, so that one run reports all of them.

    `gaps` maps the path of an array of tables, as in the file, to the indexes of its tables that `read_toml` left out.
    """

    def __init__(
        self, name: str, text: str, faults: Iterable[Fault] = (), gaps: Mapping[Location, Sequence[int]] | None = None
    ) -> None:
        self._name, self._text = name, text
        self._faults, self._gaps = list(faults), gaps or {}

    def add(self, loc: Sequence[int | str], message: str, /, **values: object) -> None:
        """Add a fault at the key `loc`, a path of keys and indexes of tables.

        The message is a `mark("...")` with these values as its fields, or a Message.
        """
        loc = _in_file(loc, self._gaps)
        words = message if isinstance(message, Message) else Message(message, **values)
        self._faults.append(Fault(self._name, line_of(self._text, loc), _key_path(loc), words))

    def try_(self, loc: Sequence[int | str], parse: Callable[[str], object], value: str) -> None:
        """Add a fault at the key `loc` if `parse` raises ValueError or re.error for the value."""
        try:
            parse(value)
        except (ValueError, re.error) as error:
            self.add(loc, value_error_fault(error))

    @property
    def all(self) -> tuple[Fault, ...]:
        """What was collected so far."""
        return tuple(self._faults)

    def raise_any(self) -> None:
        """Raise ConfigError if there is a fault."""
        if self._faults:
            raise ConfigError(self._faults)


def packaged(name: str) -> str:
    """Return the text of a configuration file packaged with diembao."""
    return Path(__file__).with_name(name).read_text("utf-8")


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
    value, faults = read_toml(text, kind, name=name)
    faults.raise_any()
    return value


class SoundTexts(Generic[T]):
    """What texts hold in which nothing was wrong, a few of the last: the files of several provinces are often alike."""

    def __init__(self) -> None:
        self._found: dict[str, T] = {}

    def get(self, text: str) -> T | None:
        return self._found.get(text)

    def add(self, text: str, value: T) -> None:
        self._found[text] = value
        if len(self._found) > _MOST_SOUND:
            del self._found[next(iter(self._found))]


def read_toml(text: str, kind: type[T], *, name: str) -> tuple[T, Faults]:
    """Read TOML as `parse_toml` does, but leave out keys that have faults, so that the others can be checked for sense.

    The Faults hold what was left out; the caller adds to them and raises. Where too little is left (a table that must
    be there is missing, the text is no TOML), raises ConfigError.
    """
    data = _tables(text, name)
    adapter: TypeAdapter[T] = _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    faults: list[Fault] = []
    gaps: dict[Location, list[int]] = {}
    for attempt in range(_MOST_ATTEMPTS):
        try:
            value = adapter.validate_python(data)
        except ValidationError as error:
            errors = error.errors()
            if not attempt:
                faults += [_fault_of(e, kind, text, name) for e in errors]
            if not _leave_out(data, errors, gaps):
                break
        else:
            return value, Faults(name, text, faults, gaps)
    raise ConfigError(faults)


def _tables(text: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises ConfigError with every line that is no TOML, up to a limit."""
    lines = text.split("\n")
    faults: list[Fault] = []
    while True:
        try:
            data = tomllib.loads("\n".join(lines))
            break
        except tomllib.TOMLDecodeError as error:
            line, message = toml_fault(error)
            faults.append(Fault(name, line, "", message))
            if line is None or line > len(lines) or not lines[line - 1] or len(faults) == _MOST_BAD_LINES:
                raise ConfigError(faults) from error
            lines[line - 1] = ""  # to see whether others are bad
    if faults:
        raise ConfigError(faults)
    return data


def _leave_out(data: dict[str, Any], errors: Sequence[ErrorDetails], gaps: dict[Location, list[int]]) -> bool:
    """Delete what has faults from the data and note the tables deleted from arrays; False if nothing can be."""
    paths: set[Location] = set()
    for error in errors:
        loc = [part for part in error["loc"] if not _is_internal(part)]
        if error["type"] in ("missing", "missing_argument"):
            loc.pop()  # the table that lacks it
            while loc and not isinstance(loc[-1], int):
                loc.pop()
        if not loc:
            return False
        paths.add(tuple(loc))
    # The last table of an array first, so that the indexes of the others stay true.
    removed = 0
    in_order = sorted(paths, key=lambda path: [(isinstance(part, int), str(part).zfill(9)) for part in path])
    for path in reversed(in_order):
        removed += _delete(data, path, gaps)
    return removed > 0


def _delete(data: Any, path: Location, gaps: dict[Location, list[int]]) -> bool:
    """Delete a key or an element; False where it is no longer there."""
    *outer, last = path
    try:
        for part in outer:
            data = data[part]
        # Before the deletion, which would move what comes after it.
        *array, index = _in_file(path, gaps)
        del data[last]
    except (KeyError, IndexError, TypeError):  # it went with what was around it
        return False
    if isinstance(last, int):
        gaps.setdefault(tuple(array), []).append(int(index))
    return True


def _in_file(loc: Sequence[int | str], gaps: Mapping[Location, Sequence[int]]) -> Location:
    """Return the location in the file of a location in what was read without its gaps."""
    path: list[int | str] = []
    for part in loc:
        index = part
        if isinstance(index, int):
            for gap in sorted(gaps.get(tuple(path), ())):
                index += gap <= index
        path.append(index)
    return tuple(path)


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
        # A key stands before the next header; one of no table before the first.
        end = next((n for n in range(first + (i > 0), len(lines)) if lines[n].startswith("[")), len(lines))
        hit = next((n for n in range(first, len(lines)) if header.match(lines[n])), None)
        if hit is None:
            hit = next((n for n in range(first, end) if key.match(lines[n])), None)
        if hit is not None:
            first = line = hit
    return None if line is None else line + 1
