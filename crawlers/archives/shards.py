"""A shard → its records."""

import zlib
from collections.abc import Iterator

from crawlers.archives import article_lines, saved_pages, warc
from crawlers.archives.object_stores import find_place
from crawlers.archives.places import open_archive, read_file
from pipeline.records import Reason
from pipeline.records.archives import ArchiveKind, ArchiveRecord, OtherRecord, RecordFault, Shard


def read_shard(shard: Shard) -> Iterator[ArchiveRecord | OtherRecord | RecordFault]:
    """Yield every record of a shard, in its order, and what is wrong with one. Raises PlaceLost, OSError."""
    if shard.kind is ArchiveKind.PAGES:
        yield from _read_pages(shard)
        return
    with open_archive(shard.place, shard.member) as (stream, size):
        if shard.kind is ArchiveKind.ARTICLES:
            yield from article_lines.read_range(stream, shard.begin, shard.end)
        else:
            yield from warc.read_range(stream, shard.begin, shard.end, size)


def _read_pages(shard: Shard) -> Iterator[ArchiveRecord | RecordFault]:
    for number, name in enumerate(shard.files):
        place = f"{shard.place}/{name}"
        try:
            fs, path = find_place(place)
            record = saved_pages.read_page(name, number, read_file(place), saved_pages.changed_at(fs.info(path)))
        except (OSError, EOFError, zlib.error) as error:
            yield RecordFault(number, place, Reason.ERROR, str(error)[:300])
        else:
            yield record
