"""WARC files written by hand, byte by byte, so that a test can say what each of their bytes is."""

import gzip
import json
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

DATE = "2026-03-02T08:10:00Z"


def page(words: str, *, title: str = "Tin trong ngày") -> bytes:
    """Return a small page."""
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1><p>{words}</p></article></body></html>"
    ).encode()


def record(kind: str, url: str, block: bytes, content_type: str, **headers: str) -> bytes:
    """Return a record of a WARC file, not compressed."""
    lines = {
        "WARC-Type": kind,
        **({"WARC-Target-URI": url} if url else {}),
        "WARC-Date": DATE,
        "WARC-Record-ID": "<urn:uuid:6f1c1f8e-2d5b-4c42-9d86-7a1b6c0f0000>",
        "Content-Type": content_type,
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def answer(url: str, body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Return the record of an answer over HTTP, a page where its headers tell nothing else."""
    told = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    block = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
    return record("response", url, block, "application/http; msgtype=response")


def saved(url: str, body: bytes, content_type: str = "text/html; charset=utf-8") -> bytes:
    """Return the record of a page without its answer's headers."""
    return record("resource", url, body, content_type)


def crawler_note() -> bytes:
    """Return the record with which most files begin."""
    return record("warcinfo", "", b"software: a crawler\r\n", "application/warc-fields")


def request(url: str) -> bytes:
    return record("request", url, b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "application/http; msgtype=request")


def revisit(url: str) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    return record("revisit", url, block, "application/http; msgtype=response", WARC_Profile="identical-payload-digest")


def in_chunks(body: bytes, size: int = 37, *, extension: str = "") -> bytes:
    """Return a body in the chunks of HTTP/1.1."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(f"{len(part):x}{extension}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


def zstd(data: bytes) -> bytes:
    """Return a zstd frame."""
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from backports.zstd import compress

    return compress(data)


@dataclass(frozen=True, slots=True)
class Joined:
    """The bytes of a file, and where each of its records begins."""

    data: bytes
    begins: tuple[int, ...]

    @property
    def ends(self) -> tuple[int, ...]:
        return (*self.begins[1:], len(self.data))


def join(parts: Iterable[bytes]) -> Joined:
    """Return a file of these parts one after the other: of records, or of records each compressed by itself."""
    data, begins = BytesIO(), list[int]()
    for part in parts:
        begins.append(data.tell())
        data.write(part)
    return Joined(data.getvalue(), tuple(begins))


def gzip_each(records: Sequence[bytes]) -> Joined:
    """Return a file as the archives of the web are: each record a gzip member."""
    return join(gzip.compress(one, mtime=0) for one in records)


def write_wacz(path: Path, members: Mapping[str, bytes]) -> None:
    """Write a WACZ: a ZIP file that holds WARC files, not compressed again, beside what describes them."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
        for name, data in members.items():
            archive.writestr(name, data)
