"""Words for what `diembao backfill` did and is doing."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diembao.cli.context import CliContext
    from diembao.jobs.backfill.backfill import Backfilled
    from pipeline.records.archives import RecordOutcome

#: Seconds between two lines of progress.
_LINE = 10.0


class ProgressLines:
    """Prints how far a run is, its pace and about when it ends, to standard error, every few seconds."""

    def __init__(self, app: CliContext) -> None:
        self._app = app
        self._began = self._last = time.monotonic()

    def show(self, done: Backfilled) -> None:
        """Print a line, where the last one is some seconds old."""
        at = time.monotonic()
        if self._app.quiet or self._app.as_json or at - self._last < _LINE or not done.shards:
            return
        self._last = at
        seconds = max(at - self._began, 0.001)
        left = done.total - done.skipped - done.shards
        end = datetime.now(self._app.zone()) + timedelta(seconds=seconds / done.shards * left)
        self._app.warn(
            translate(
                "{done} of {total} shards, {records} records, {rate} a second, ends at about {time}",
                done=done.skipped + done.shards,
                total=done.total,
                records=done.records,
                rate=round(done.records / seconds),
                time=f"{end:%H:%M %d/%m}",
            )
        )


def print_result(app: CliContext, names: Sequence[str], done: Backfilled, *, dry_run: bool) -> None:
    """Print what a run did, for each province; `names`: their home folders."""
    if app.as_json:
        provinces = [
            {"home": name, **{outcome.value: count for outcome, count in sorted(counts.items())}}
            for name, counts in zip(names, done.counts, strict=True)
        ]
        found = [{"url": a.page.url, "title": a.result.article.title} for a in done.found]
        unread = [{"archive": archive, "reason": reason} for archive, reason in done.unread]
        shards = {"read": done.shards - len(done.unread), "known": done.skipped, "unread": unread}
        app.print_json({"backfill": {"dry_run": dry_run, "shards": shards, "provinces": provinces, "found": found}})
        return
    for archive, reason in done.unread:
        app.warn(translate("{archive}: a part of it could not be read: {reason}", archive=archive, reason=reason))
    app.print(
        translate(
            "Shards read: {read}; read by an earlier run: {known}; not read: {unread}",
            read=done.shards - len(done.unread),
            known=done.skipped,
            unread=len(done.unread),
        )
    )
    for name, counts in zip(names, done.counts, strict=True):
        told = counts_in_words(counts)
        app.print(f"{name}: {told}" if told else name)
    for article in done.found:
        published = article.result.article.published
        day = f"{published.astimezone(app.zone()):%d/%m/%Y} " if published else ""
        app.print(f"  {day}{article.result.article.title} · {article.page.url}")


def counts_in_words(counts: Mapping[RecordOutcome, int]) -> str:
    """Return numbers of records by outcome, without those that are 0."""
    named = ((translate_code("record outcome", outcome), count) for outcome, count in sorted(counts.items()))
    return " · ".join(f"{words}: {count}" for words, count in named if count)
