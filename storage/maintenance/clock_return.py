"""What was recorded while the clock was ahead → dated at its return, so that nothing waits for years to pass.

Records dated later than now have two causes: the clock was ahead and is right again, or it was right and is behind. In
the second case nothing may be dated anew: the digests of the last days would count as not made, and be sent again.

A clock that jumps to 2035 and comes back leaves feeds that are due in 2035, articles seen in 2035 and digests of days
that have not come. Times of recording are set to the return, waits end, and runs and digests made for days to come no
longer count as theirs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, cast, delete, func, or_, select, update

from pipeline.records import AHEAD_LIMIT, JobOutcome
from storage.engine.instants import Instant
from storage.schema.core import candidates, feeds, fetches, hosts, items, metadata, polls, runs, versions
from storage.schema.service import alerts, job_runs

#: Times with an index of which at least one is written by whatever diembao does
_WITNESSES: tuple[Column[datetime], ...] = (polls.c.at, fetches.c.at, items.c.first_seen, job_runs.c.started)
#: Times of tables whose rows are numbered in the order in which they were written
_IN_ORDER: tuple[Column[datetime], ...] = (polls.c.at, fetches.c.at, job_runs.c.started, runs.c.started)
#: Span of a database's records up to which they may all have been made while the clock was ahead
_YOUNG = timedelta(days=1)
#: Articles put into the index anew at once
_BATCH = 500


def is_ahead(connection: Connection, at: datetime) -> bool:
    """Return whether something was recorded later than `at`, by more than clocks are corrected by."""
    newest = [connection.execute(select(func.max(column))).scalar_one() for column in _WITNESSES]
    return any(time is not None and time > at + AHEAD_LIMIT for time in newest)


def was_ahead(connection: Connection, at: datetime, since: datetime | None = None) -> bool:
    """Return whether the clock was ahead and is back at `at`; if not, and something is ahead, it is behind now.

    It was ahead where all that is dated later can have been recorded meanwhile: from the record before the first of
    them to now at least as much time passed as from the first to the last of them. `since`: from that time on the clock
    is known not to have jumped ahead, so that what began after it is dated rightly.
    """
    if not is_ahead(connection, at):
        return False
    before: list[datetime] = []
    later: list[datetime] = []
    for table, column in ((column.table, column) for column in _IN_ORDER):
        first = connection.execute(select(func.min(table.c.id)).where(column > at)).scalar_one()
        if first is None:
            continue
        bounds = select(func.min(column), func.max(column)).where(column > at)
        later += connection.execute(bounds).one()
        # By their numbers: what was recorded since the return says nothing of the time before.
        last = connection.execute(select(func.max(column)).where(table.c.id < first)).scalar_one()
        before += [] if last is None else [last]
    if not later or (since is not None and min(later) >= since):
        return False
    return max(later) - min(later) <= (at - max(before) if before else _YOUNG)


def bring_back(connection: Connection, at: datetime) -> int:
    """Date what was recorded after `at` (beyond AHEAD_LIMIT) at `at`; return the number of changed values."""
    from storage.schema.publications import publications
    from storage.schema.search import search_items
    from storage.search.index import reindex

    limit = at + AHEAD_LIMIT
    changed = 0
    seen_ahead = connection.execute(select(items.c.key).where(items.c.first_seen > limit)).scalars().all()
    ahead = or_(job_runs.c.due > limit, job_runs.c.started > limit)
    changed += connection.execute(update(job_runs).where(ahead).values(how=JobOutcome.AHEAD)).rowcount
    made_ahead = update(publications).where(publications.c.made_at > limit, publications.c.ahead == 0)
    changed += connection.execute(made_ahead.values(ahead=1)).rowcount
    changed += _bring_back_openings(connection, limit, at)
    # There is one alert a day for each cause: these make room for those of the days to come.
    day = alerts.c.day + " #" + cast(alerts.c.id, String)
    changed += connection.execute(update(alerts).where(alerts.c.at > limit).values(day=day)).rowcount
    for table, column in _recorded_times():
        changed += connection.execute(update(table).where(column > limit).values({column: at})).rowcount
    for column, most in _waits().items():
        late = update(column.table).where(column > at + most).values({column: at})
        changed += connection.execute(late).rowcount
    for first in range(0, len(seen_ahead), _BATCH):
        keys = seen_ahead[first : first + _BATCH]
        # The place of an undated article in the index is the time at which it was seen.
        connection.execute(delete(search_items).where(search_items.c.item_key.in_(keys)))
        reindex(connection, keys)
    return changed


def _bring_back_openings(connection: Connection, limit: datetime, at: datetime) -> int:
    """Date first sights in the steps that opened matters, as the matters and the articles are dated; return how many.

    Other times of a matter are those of its steps. A term that was counted from a time ahead is what people were told,
    and stays until somebody sets another.
    """
    from storage.schema.register import matter_steps, matters

    openings = select(matter_steps.c.id, matter_steps.c.sets).join(matters, matters.c.id == matter_steps.c.matter)
    openings = openings.where(matter_steps.c.kind == "open", matters.c.first_seen > limit)
    changed = 0
    for row in connection.execute(openings).all():
        if isinstance(row.sets, dict) and "first_seen" in row.sets:
            sets = {**row.sets, "first_seen": at.isoformat()}
            connection.execute(update(matter_steps).where(matter_steps.c.id == row.id).values(sets=sets))
            changed += 1
    return changed


def _waits() -> dict[Column[datetime], timedelta]:
    """Return times that lie ahead by their nature, and the most by which they do.

    The figures are those of pipeline.polling.poll_interval, of Retry-After and of diembao.jobs.people.
    """
    from storage.schema.accounts import invitations, sessions
    from storage.schema.renditions import page_images, translations
    from storage.schema.reviews import letters

    return {
        feeds.c.next_poll: timedelta(days=2),
        feeds.c.distrusted_until: timedelta(days=31),
        candidates.c.next_try: timedelta(days=31),
        hosts.c.not_before: timedelta(days=2),
        page_images.c.next_try: timedelta(days=1),
        translations.c.next_try: timedelta(days=1),
        sessions.c.ends_at: timedelta(days=31),
        invitations.c.until: timedelta(days=31),
        letters.c.next_try: timedelta(days=1),
    }


def _statements() -> tuple[Column[datetime], ...]:
    """Return times that others state, or that say for which time something was made."""
    from storage.schema.publications import publications
    from storage.schema.register import matters

    return versions.c.published, job_runs.c.due, publications.c.made_at, matters.c.due_at


def _recorded_times() -> Iterator[tuple[Table, Column[datetime]]]:
    """Yield the columns that say when diembao did something."""
    exempt = {*_waits(), *_statements()}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Instant) and column not in exempt:
                yield table, column
