"""What a person names (files, folders, globs, addresses, lists of paths) → the archives there, and their shards."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from crawlers.archives import article_lines, warc
from crawlers.archives.object_stores import find_place
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.archives import ArchiveKind, Shard

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

#: Records of a shard, about.
RECORDS = 3000
_WARC = (".warc", ".warc.gz", ".warc.zst", ".warc.lz4")
_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
_LISTS = (".paths", ".paths.gz")
_ARCHIVES = (*_WARC, ".wacz", *_LINES, *_LISTS)
#: Bytes read of a place at once
_BUFFER = 1 << 16
#: Bytes of both ends of a file by which it is known again.
_ENDS = 1 << 16


class UnknownArchive(DiembaoError, ValueError):
    """A name leads to no archive; the message says which, and what would be one."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class PlaceLost(DiembaoError):
    """The place of an archive does not answer, or no longer: nothing is said of the archive, which is read again."""


@dataclass(frozen=True, slots=True)
class _File:
    fs: "AbstractFileSystem"
    #: path within the file system, and the whole address
    path: str
    place: str


def plan_shards(names: Sequence[str], *, prefix: str = "", records: int = RECORDS) -> Iterator[Shard]:
    """Yield the shards of all archives that names lead to, each archive once. Raises UnknownArchive.

    `prefix` stands before the relative paths of a list, as "https://data.commoncrawl.org/".
    """
    seen: set[str] = set()
    for name in names:
        for shard in _plan(name, prefix, records):
            if (key := f"{shard.identity} {shard.begin}") not in seen:
                seen.add(key)
                yield shard


def _plan(name: str, prefix: str, records: int) -> Iterator[Shard]:
    files = _find(name) if name.strip() else []
    if not files:
        raise UnknownArchive(Message(mark("{name}: there is nothing there"), name=name))
    archives = [file for file in files if file.path.lower().endswith(_ARCHIVES)]
    pages = [file for file in files if file.path.lower().endswith(_PAGES)]
    if not archives and not pages:
        raise UnknownArchive(
            Message(
                mark("{name}: no archive is there; known by their ends are {ends}"),
                name=name,
                ends=" ".join((*_ARCHIVES, *_PAGES)),
            )
        )
    for file in archives:
        if file.path.lower().endswith(_LISTS):
            for line in _read_list(file):
                yield from _plan(line if "://" in line or line.startswith("/") else prefix + line, prefix, records)
        else:
            yield from _plan_file(file, records)
    if pages:
        yield from _plan_pages(pages, records)


def _find(name: str) -> list[_File]:
    """Return the files of a name, in order. Raises UnknownArchive where its place cannot be reached."""
    try:
        fs, path = find_place(name)
        if path.lower().endswith(_ARCHIVES) and fs.isfile(path):
            # Not asked whether it is a folder: for that a web server would have to send the whole file.
            paths = [path]
        elif any(letter in path for letter in "*?["):
            paths = [found for found in fs.glob(path) if not fs.isdir(found)]
        else:
            paths = fs.find(path) if fs.isdir(path) else [path] if fs.exists(path) else []
    except ImportError as error:
        message = mark("{name}: to read there needs the extra {extra} ({problem}): pip install 'diembao[{extra}]'")
        raise UnknownArchive(Message(message, name=name, extra="remote", problem=str(error))) from error
    except (OSError, ValueError) as error:
        raise UnknownArchive(Message(mark("{name}: {problem}"), name=name, problem=str(error))) from error
    return [_File(fs, str(found), str(fs.unstrip_protocol(found))) for found in sorted(paths)]


@contextmanager
def _named(file: _File) -> Iterator[None]:
    """Raise UnknownArchive with the name of a file that cannot be opened, or is not what its name says."""
    try:
        yield
    except (PlaceLost, OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        # ValueError: a web server that sends files only whole.
        raise UnknownArchive(Message(mark("{name}: {problem}"), name=file.place, problem=str(error))) from error


def _read_list(file: _File) -> list[str]:
    with _named(file), file.fs.open(file.path, "rb", compression="infer") as stream:
        lines = cast("BinaryIO", stream).read().decode("utf-8", "replace").split()
    if not lines:
        raise UnknownArchive(Message(mark("{name}: there is nothing there"), name=file.place))
    return lines


def _plan_file(file: _File, records: int) -> Iterator[Shard]:
    lower = file.path.lower()
    members = _wacz_members(file) if lower.endswith(".wacz") else [""]
    for member in members:
        kind = ArchiveKind.ARTICLES if lower.endswith(_LINES) else ArchiveKind.WARC
        with _named(file), open_archive(file.place, member) as (stream, size):
            identity = _identity(stream, size)
            plan = article_lines.plan_ranges if kind is ArchiveKind.ARTICLES else warc.plan_ranges
            ranges = plan(stream, size, records)
        base = file.path.rsplit("/", 1)[-1]
        name = f"{base}!{member}" if member else base
        for begin, end in ranges:
            yield Shard(name, file.place, kind, identity, begin, end, member)


def _wacz_members(file: _File) -> list[str]:
    with _named(file), file.fs.open(file.path, "rb") as stream, zipfile.ZipFile(cast("BinaryIO", stream)) as archive:
        members = [name for name in sorted(archive.namelist()) if name.lower().endswith(_WARC)]
    if not members:
        raise UnknownArchive(Message(mark("{name}: there is nothing there"), name=file.place))
    return members


def _plan_pages(files: Sequence[_File], records: int) -> Iterator[Shard]:
    """Yield shards of saved pages; the folder that holds them all is their archive."""
    root = files[0].place.rsplit("/", 1)[0]
    while not all(file.place.startswith(root + "/") for file in files):
        root = root.rsplit("/", 1)[0]
    for first in range(0, len(files), records):
        part = files[first : first + records]
        told = "\n".join(f"{f.place[len(root) :]} {f.fs.size(f.path)} {_changed(f)}" for f in part)
        identity = hashlib.sha256(told.encode()).hexdigest()[:32]
        names = tuple(file.place[len(root) + 1 :] for file in part)
        yield Shard(root.rsplit("/", 1)[-1], root, ArchiveKind.PAGES, identity, 0, len(part), files=names)


def _changed(file: _File) -> str:
    info: dict[str, Any] = file.fs.info(file.path)
    return str(info.get("mtime") or info.get("LastModified") or info.get("ETag") or info.get("e_tag") or "")


def _identity(stream: BinaryIO, size: int) -> str:
    stream.seek(0)
    ends = stream.read(_ENDS)
    if size > _ENDS:
        stream.seek(max(_ENDS, size - _ENDS))
        ends += stream.read(_ENDS)
    return hashlib.sha256(f"{size} ".encode() + ends).hexdigest()[:32]


@contextmanager
def open_archive(place: str, member: str = "") -> Iterator[tuple[BinaryIO, int]]:
    """Open an archive, or a file within a WACZ, for reading anywhere in it; give it with its size in bytes.

    Opening and reading raise PlaceLost where the place fails, so that it is not taken for damage of the archive.
    """
    with _answering(place):
        fs, path = find_place(place)
        opened, size = fs.open(path, "rb"), int(fs.size(path))
    with opened:
        stream = io.BufferedReader(_PlaceStream(opened, place), _BUFFER)
        if not member:
            yield stream, size
            return
        with zipfile.ZipFile(stream) as archive, archive.open(member) as inner:
            yield cast("BinaryIO", inner), archive.getinfo(member).file_size


class _PlaceStream(io.RawIOBase):
    """A file whose reading raises PlaceLost for whatever its place raises."""

    def __init__(self, stream: Any, place: str) -> None:
        self._stream, self._place = stream, place

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def readinto(self, buffer: Any) -> int:
        with _answering(self._place):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _answering(place: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of the system, of a client of HTTP, of S3
        raise PlaceLost(f"{type(error).__name__}: {error} ({place})"[:500]) from error


def read_file(place: str) -> bytes:
    """Return the bytes of a file, without its gzip. Raises PlaceLost, but OSError for a file gone or closed to us."""
    fs, path = find_place(place)
    try:
        data: bytes = fs.cat_file(path)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise PlaceLost(f"{type(error).__name__}: {error} ({place})"[:500]) from error
    return gzip.decompress(data) if path.lower().endswith(".gz") else data
