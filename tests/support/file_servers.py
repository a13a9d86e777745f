"""Servers of files on 127.0.0.1: a web server, and a bucket of the S3 protocol."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape


@contextmanager
def serve_files(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve until the end of the block; give the address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        served.daemon_threads = True
        Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}/"
        served.shutdown()


class FileHandler(BaseHTTPRequestHandler):
    """Sends files of a folder, whole or in the ranges asked for."""

    def __init__(self, *rest: object, root: Path, ranges: bool, asked: list[str]) -> None:
        self._root, self._ranges, self._asked = root, ranges, asked
        super().__init__(*rest)  # type: ignore[arg-type]

    def _send(self, *, with_body: bool) -> None:
        file = self._root / self.path.lstrip("/").split("?")[0]
        if not file.is_file():
            self.send_error(404)
            return
        data = file.read_bytes()
        told = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if self._ranges else None
        begin, end = (int(told.group(1)), int(told.group(2) or len(data) - 1) + 1) if told else (0, len(data))
        self._asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}")
        if begin > 1 << 20 and (trouble := self._root / "trouble").exists():
            if trouble.read_text() == "500":
                self.send_error(500)
            else:
                self.close_connection = True  # without a word
            return
        part = data[begin:end]
        self.send_response(206 if told else 200)
        self.send_header("Content-Type", "application/gzip")
        self.send_header("Content-Length", str(len(part)))
        if self._ranges:
            self.send_header("Accept-Ranges", "bytes")
        if told:
            self.send_header("Content-Range", f"bytes {begin}-{begin + len(part) - 1}/{len(data)}")
        self.end_headers()
        if with_body:
            with suppress(ConnectionError):  # whoever asked may have wanted no more than the headers
                self.wfile.write(part)

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        pass


class BucketHandler(FileHandler):
    """Speaks as S3 does: the folders of `root` are buckets, whose objects are listed and sent in ranges."""

    #: of a list of objects, before the next must be asked for
    PAGE = 2

    def do_GET(self) -> None:
        told = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(told.query, keep_blank_values=True).items()}
        if "list-type" not in words:
            super().do_GET()
            return
        self._asked.append(f"LIST {words.get('prefix', '')} {self.headers.get('Authorization', '')}".rstrip())
        bucket = self._root / told.path.strip("/")
        keys = sorted(file.relative_to(bucket).as_posix() for file in bucket.rglob("*") if file.is_file())
        prefix, delimiter = words.get("prefix", ""), words.get("delimiter", "")
        entries = dict[str, str]()
        for key in (key for key in keys if key.startswith(prefix)):
            folder = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            if folder[1]:
                name = prefix + folder[0] + delimiter
                entries[name] = f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
            else:
                size = (bucket / key).stat().st_size
                entries[key] = (
                    f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
                    f"<ETag>&quot;{size}&quot;</ETag><Size>{size}</Size></Contents>"
                )
        first = int(words.get("continuation-token", "0"))
        page = [text for _, text in sorted(entries.items())][first : first + self.PAGE]
        more = first + self.PAGE < len(entries)
        token = f"<NextContinuationToken>{first + self.PAGE}</NextContinuationToken>" if more else ""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{bucket.name}</Name><KeyCount>{len(page)}</KeyCount><MaxKeys>{self.PAGE}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(page)}</ListBucketResult>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
