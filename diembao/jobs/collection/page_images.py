"""Articles about the province → images of their pages, in files of the home that their owner alone can read.

A run takes the place of no collection: it does not begin while one is under way, and gives way within seconds where one
begins, so that a host never gets requests of two programs at its pace.
"""

from __future__ import annotations

import errno
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from diembao.system.clock import now
from diembao.system.files import write_atomically
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.polling.allowed_hours import is_allowed_at
from pipeline.records import ImageFailure, PageImage, PageToDraw, Reason, Source, StoredImage
from pipeline.text.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from config.settings import Settings
    from diembao.system.home import Home
    from storage.database import Database

#: Waits before the second and the third attempt; there is no fourth.
_WAITS = (timedelta(hours=1), timedelta(hours=6))
#: Reasons that another attempt within hours would not change.
_FINAL = frozenset(
    [
        *(Reason.NOT_FOUND, Reason.GONE, Reason.PAYWALL, Reason.ROBOTS, Reason.UNSAFE_ADDRESS, Reason.INVALID_LINK),
        *(Reason.NOT_HTML, Reason.TOO_LARGE, Reason.REDIRECTS, Reason.NO_LOCATION),
    ]
)
#: What a run gave way to: a collection, or the limit of all images together.
Stop = Literal["", "collection", "full"]


@dataclass(slots=True)
class ImagesResult:
    """What one run brought."""

    taken: int = 0
    bytes: int = 0
    failed: Counter[Reason] = field(default_factory=Counter)
    #: pages that are due and were not visited
    left: int = 0
    stop: Stop = ""
    #: why a page was not visited, the last that was told: its host is left alone, or the browser does not start
    not_asked: str = ""


class DatabaseImageSink:
    """Implements crawlers.spiders.page_images.ImageSink over the database and the folder of images."""

    def __init__(
        self, storage: Database, home: Home, sources: Sequence[Source], settings: Settings, pages: Sequence[PageToDraw]
    ) -> None:
        self._storage, self._home, self._settings = storage, home, settings
        self._sources = {source.id: source for source in sources}
        self._zone = ZoneInfo(settings.province.time_zone)
        self._slowed = set(storage.crawl.slowed_hosts(now()))
        self._total = storage.page_images.total_bytes()
        self._waiting = list(reversed(pages))
        self._pages: dict[int, PageToDraw] = {}
        self.result = ImagesResult(left=len(pages))

    def next_page(self) -> PageToDraw | None:
        """Return the next page whose outlet may be asked now; None: the run is over."""
        while self._waiting and not self.must_end() and len(self._pages) < self._settings.images.per_run:
            page = self._waiting.pop()
            if host_of(page.url) not in self._slowed and self._is_open(page):
                self._pages[page.document_id] = page
                return page
        return None

    def must_end(self) -> bool:
        """Whether a collection has begun, or the images take all the room that they may."""
        if self._home.is_locked("collect"):
            self.result.stop = "collection"
        elif self._total >= self._settings.images.max_total_megabytes * 2**20:
            self.result.stop = "full"
        return self.result.stop != ""

    def save(self, result: PageImage | ImageFailure, /) -> None:
        """Write the file, then its row: a run that is killed in between leaves a file that retention takes away."""
        page = self._pages[result.document_id]
        if isinstance(result, PageImage):
            self._save_image(page, result)
        elif result.reason is Reason.NOT_ASKED:
            self.result.not_asked = result.note
            return
        else:
            self._storage.page_images.save_failure(result, _next_try(page, result))
            self.result.failed[result.reason] += 1
            if result.not_before is not None:
                host = host_of(result.url)
                self._storage.crawl.leave_alone(host, result.at, result.not_before, result.reason)
                self._slowed.add(host)
        self.result.left -= 1

    def _save_image(self, page: PageToDraw, image: PageImage) -> None:
        sha256 = hashlib.sha256(image.body).hexdigest()
        file = f"{page.item}/{image.at:%Y%m%dT%H%M%SZ}-{sha256[:8]}.{image.kind}"
        write_atomically(image_path(self._home, file), image.body)
        self._storage.page_images.save_taken(image, file, sha256)
        self._total += len(image.body)
        self.result.taken += 1
        self.result.bytes += len(image.body)

    def _is_open(self, page: PageToDraw) -> bool:
        source = self._sources.get(page.source_id)
        return source is None or is_allowed_at(source, now(), self._zone)


def take_images(storage: Database, home: Home, sources: Sequence[Source], settings: Settings) -> ImagesResult:
    """Visit the pages of new texts and keep their images; at most once per process (Twisted's reactor).

    Nothing is done where [images] keeps none, or while a collection is under way. Raises OSError for a file that
    cannot be written: the images before it are kept, and its page is visited again.
    """
    from crawlers.crawl import draw_pages
    from crawlers.spiders.page_images import ImageLimits
    from diembao.jobs.collection.collect import logins_of

    images, at = settings.images, now()
    if images.keep == "none":
        return ImagesResult()
    zone = ZoneInfo(settings.province.time_zone)
    pages = storage.page_images.due(
        images.relevance,
        at - timedelta(hours=images.within_hours),
        at,
        disabled={s.id for s in sources if not s.enabled},
        closed={s.id for s in sources if not is_allowed_at(s, at, zone)},
    )
    sink = DatabaseImageSink(storage, home, sources, settings, pages)
    if sink.must_end() or not pages:
        return sink.result
    run = storage.service.begin_run("images", at)
    limits = ImageLimits(images.keep, images.seconds_per_page, images.max_bytes)
    outlets = [*sources, *_strangers(sources, pages)]
    draw_pages(outlets, sink, settings.crawl, limits, logins_of(sources))
    result = sink.result
    counts = {"taken": result.taken, "failed": sum(result.failed.values()), "left": result.left}
    storage.service.end_run(run, now(), int(bool(result.failed)), counts)
    return result


def _strangers(sources: Sequence[Source], pages: Iterable[PageToDraw]) -> Iterator[Source]:
    """Yield a source for each outlet that sources.toml does not name; it may open no private address."""
    configured = {source.id for source in sources}
    for name in sorted({page.source_id for page in pages} - configured):
        yield Source(name, name, "", ())


def _next_try(page: PageToDraw, failure: ImageFailure) -> datetime | None:
    if failure.reason in _FINAL or page.attempts >= len(_WAITS):
        return None
    return failure.at + _WAITS[page.attempts]


# the files

#: Path of an image in its folder: the key of the article, and the file.
_FILE = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9][A-Za-z0-9.-]*")


def image_path(home: Home, file: str) -> Path:
    """Return the path of an image. Raises OSError for one that would lie outside the folder of images."""
    if not _FILE.fullmatch(file):
        raise OSError(errno.EINVAL, "not a path of an image", file)
    return home.images / PurePosixPath(file)


def file_faults(storage: Database, home: Home) -> Iterator[Message]:
    """Yield a sentence for every image whose file is not there, cannot be read, or is not as it was taken."""
    for image in storage.page_images.with_files():
        try:
            with image_path(home, image.file).open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            yield Message(mark("page image {file}: the file is not there"), file=image.file)
        except OSError as error:
            yield Message(mark("page image {file}: cannot be read: {error}"), file=image.file, error=error.strerror)
        else:
            if sha256 != image.sha256:
                message = mark("page image {file}: is not as it was taken (SHA-256 {sha256})")
                yield Message(message, file=image.file, sha256=image.sha256[:12])


def delete_images(storage: Database, home: Home, images: Sequence[StoredImage], at: datetime) -> int:
    """Delete the files of these images, then say so in the database; return how many.

    Where that is cut off in between, a missing file is deleted as well the next time.
    """
    for image in images:
        path = image_path(home, image.file)
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    storage.page_images.mark_removed(images, at)
    return len(images)


def stray_files(storage: Database, home: Home, before: datetime) -> list[Path]:
    """Return files in the folder of images that no image names, last changed before then.

    They are left by a run that was killed, or belong to a newer database than the one that was restored.
    """
    named = {image_path(home, image.file) for image in storage.page_images.with_files() if _FILE.fullmatch(image.file)}
    files = (path for path in home.images.glob("*/*") if path.is_file() and path not in named)
    return sorted(path for path in files if path.stat().st_mtime < before.timestamp())
