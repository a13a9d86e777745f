"""The register of one database; every method that writes is one transaction, with its audit entry."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from pipeline.records.audit import Actor, AuditEvent
from pipeline.register.candidates import MatterArticle
from pipeline.register.matters import (
    Clarification,
    Matter,
    MatterClash,
    MatterFilter,
    MatterLink,
    MatterNote,
    MatterStep,
    NewMatter,
    PressContact,
    StepRequest,
    YearlyFigure,
)
from pipeline.register.returned import returns_that_hold
from pipeline.register.watch import WatchedArticle
from storage.audit.chain import append
from storage.engine.facet import Facet
from storage.register import beside, changes, looks, once, proposals, rows, watched
from storage.register.articles import load_matter_articles
from storage.register.sight import concerns
from storage.schema.core import items
from storage.schema.register import matter_links, matter_steps, matters

#: Keys looked up by one statement.
_CHUNK = 500


class Register(Facet):
    """Matters that the press raised. Methods that change raise StepRefused for what the rules do not allow."""

    # matters
    def open(self, actor: Actor, new: NewMatter, at: datetime, /, *, seen: Collection[int] | None = None) -> Matter:
        """Open a matter from an article (a key of an article that was joined to another is followed).

        With `seen`, the numbers of matters that the person was shown: refused where the same person opened the same
        matter within a minute and it is none of them, as by a form that is sent twice.
        """
        with self._writing() as connection:
            if seen is not None:
                once.refuse_twin_matter(connection, actor, new, seen, at)
            return changes.open_matter(connection, actor, new, at)

    def put_aside(self, actor: Actor, new: NewMatter, reason: str, at: datetime, /) -> Matter:
        """Open a matter and drop it at once, with the reason; refused where the article's story has a matter."""
        with self._writing() as connection:
            return once.put_aside(connection, actor, new, reason, at)

    def step(self, actor: Actor, number: int, request: StepRequest, at: datetime, /) -> Matter | MatterClash:
        """Make a step of a matter; return what it became, or the clash that kept it from being stored."""
        with self._writing() as connection:
            return changes.take_step(connection, actor, number, request, at)

    def matter(self, number: int, /) -> Matter | None:
        """Return a matter; None: there is none of that number."""
        with self._reading() as connection:
            found = connection.execute(select(matters).where(matters.c.id == number)).all()
            return rows.matters_of(connection, found)[0] if found else None

    def matters(self, wanted: MatterFilter = MatterFilter(), /, limit: int | None = None) -> list[Matter]:
        """Return the matters that a filter lets through, the newest first."""
        with self._reading() as connection:
            found = connection.execute(rows.wanted_matters(wanted).limit(limit)).all()
            return rows.matters_of(connection, found)

    def titles(self, numbers: Iterable[int], /) -> dict[str, str]:
        """Return the titles of matters by their numbers, as text."""
        query = select(matters.c.id, matters.c.title).where(matters.c.id.in_(list(numbers)))
        with self._reading() as connection:
            return {str(row.id): row.title for row in connection.execute(query)}

    def count(self, wanted: MatterFilter, /) -> int:
        """Return how many matters a filter lets through."""
        query = select(func.count()).select_from(rows.wanted_matters(wanted).order_by(None).subquery())
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())

    def steps(self, number: int, /) -> list[MatterStep]:
        """Return the steps of a matter, in the order in which they were made."""
        with self._reading() as connection:
            return rows.steps_of(connection, rows.select_steps().where(matter_steps.c.matter == number))

    def returns(self, numbers: Sequence[int], /) -> dict[int, MatterStep]:
        """Return the step with which the answer was sent back last, of those of these matters where that holds."""
        found: dict[int, MatterStep] = {}
        with self._reading() as connection:
            for start in range(0, len(numbers), _CHUNK):
                some = matter_steps.c.matter.in_(numbers[start : start + _CHUNK])
                found |= returns_that_hold(rows.steps_of(connection, rows.select_steps().where(some)))
        return found

    def steps_of(self, numbers: Collection[int], /) -> dict[int, list[MatterStep]]:
        """Return the steps of several matters by their numbers, in the order in which they were made."""
        found: dict[int, list[MatterStep]] = {number: [] for number in sorted(numbers)}
        wanted = list(found)
        with self._reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                some = matter_steps.c.matter.in_(wanted[start : start + _CHUNK])
                for step in rows.steps_of(connection, rows.select_steps().where(some)):
                    found[step.matter].append(step)
        return found

    def given_between(self, since: datetime, until: datetime, /) -> list[int]:
        """Return the numbers of matters that were opened or given to units from `since` on and before `until`."""
        steps = matter_steps.c
        given = (steps.kind.in_(("open", "assign", "transfer")), steps.at >= since, steps.at < until)
        with self._reading() as connection:
            return list(
                connection.execute(select(steps.matter).where(*given).distinct().order_by(steps.matter)).scalars()
            )

    def all_steps(self) -> list[MatterStep]:
        """Return the steps of all matters, in the order in which they were made."""
        with self._reading() as connection:
            return rows.steps_of(connection, rows.select_steps())

    # articles
    def links(self, number: int, /, *, removed: bool = False) -> list[MatterLink]:
        """Return the articles that belong to a matter, its origin first; with `removed` all that ever did."""
        query = select(matter_links).where(matter_links.c.matter == number)
        if not removed:
            query = query.where(matter_links.c.removed_at.is_(None))
        with self._reading() as connection:
            return rows.links_of(connection, query)

    def all_links(self) -> list[MatterLink]:
        """Return the articles of all matters, those too that were taken off."""
        with self._reading() as connection:
            return rows.links_of(connection, select(matter_links))

    def articles(self) -> list[MatterArticle]:
        """Return the articles that belong to any matter, with their story, event and title of now."""
        with self._reading() as connection:
            return load_matter_articles(connection)

    def watched(self, number: int, until: datetime | None = None, /) -> list[WatchedArticle]:
        """Return the articles of a matter and those of their stories, with their texts and the answers of their pages.

        At most storage.register.watched.MOST of them; with `until` by the links that it had at that moment.
        """
        with self._reading() as connection:
            return watched.load_watched(connection, number, until)

    def watched_numbers(self, answered_after: datetime, /) -> list[int]:
        """Return the numbers of matters that are open, or were answered after a moment, whether closed since or not."""
        with self._reading() as connection:
            return looks.watched_numbers(connection, answered_after)

    def plan_looks(self, at: datetime, every: timedelta, after_answer: timedelta, /) -> int:
        """Let the pages of reports of open matters, and of those answered not longer ago, be asked for again.

        Each so long after it was last asked for, or as soon as it is due anyway; return how many times were changed.
        A matter that was closed is one of those answered.
        """
        with self._writing() as connection:
            return looks.plan_looks(connection, at, every, after_answer)

    def links_of_articles(self, keys: Sequence[str], /) -> list[MatterLink]:
        """Return by which matters these articles, or others of their stories, are told of."""
        found: dict[int, MatterLink] = {}
        with self._reading() as connection:
            for start in range(0, len(keys), _CHUNK):
                some = keys[start : start + _CHUNK]
                stories = select(items.c.story).where(items.c.key.in_(some), items.c.story != "")
                told = select(items.c.key).where(items.c.key.in_(some) | items.c.story.in_(stories))
                query = select(matter_links).where(matter_links.c.item_key.in_(told))
                query = query.where(matter_links.c.removed_at.is_(None))
                found |= {link.id: link for link in rows.links_of(connection, query)}
        return [found[number] for number in sorted(found)]

    def articles_beside(self, number: int, /, most: int = 20) -> list[str]:
        """Return the keys of articles that came after a matter was opened and are of its articles' stories or events.

        None that was ever put to the matter, is not about the province or was rejected; the newest first.
        """
        with self._reading() as connection:
            return proposals.articles_beside(connection, number, most)

    def matters_beside(self, key: str, /) -> list[int]:
        """Return the numbers of the matters that have an article of the same story or event as this one."""
        with self._reading() as connection:
            return proposals.matters_beside(connection, key)

    def concerning(self, numbers: Collection[int], department: int, /) -> set[int]:
        """Return those of these matters of which a department is in charge or in which it takes part."""
        query = select(matters.c.id).where(matters.c.id.in_(numbers), concerns((department,)))
        with self._reading() as connection:
            return set(connection.execute(query).scalars())

    # notes, for the units of the matter and the office alone
    def add_note(self, actor: Actor, number: int, text: str, at: datetime, /) -> int:
        """Write a note on a matter; return its number."""
        with self._writing() as connection:
            return beside.add_note(connection, actor, number, text, at)

    def notes(self, number: int, /) -> list[MatterNote]:
        """Return the notes on a matter, the oldest first; who may read them is asked of diembao.jobs.register.sight."""
        with self._reading() as connection:
            return beside.load_notes(connection, number)

    def erase_notes(self, before: datetime, at: datetime, /) -> int:
        """Erase the text of notes written before a moment on matters that were over by then; return how many."""
        with self._writing() as connection:
            return beside.erase_notes(connection, before, at)

    def count_old_notes(self, before: datetime, /) -> tuple[int, int]:
        """Return how many notes `erase_notes` would erase, and how many characters they have."""
        with self._reading() as connection:
            return beside.count_old_notes(connection, before)

    def refuse(self, actor: Actor, number: int, what: str, at: datetime, /) -> None:
        """Record that somebody asked for a matter, or its notes, that is not for them."""
        with self._writing() as connection:
            append(connection, AuditEvent("matter.refused", "matter", str(number), None, {"part": what}, actor, at))

    # articles that need making clear
    def clarify(self, actor: Actor, key: str, text: str, at: datetime, /) -> int:
        """Write on one article that something is to be made clear («cần làm rõ»); return its number."""
        with self._writing() as connection:
            return beside.clarify(connection, actor, key, text, at)

    def withdraw_clarification(self, actor: Actor, number: int, at: datetime, /) -> None:
        """Take such a note back."""
        with self._writing() as connection:
            beside.withdraw_clarification(connection, actor, number, at)

    def clarifications(self, keys: Sequence[str], /) -> list[Clarification]:
        """Return what people want made clear of these articles, the oldest first, without what was taken back."""
        with self._reading() as connection:
            return beside.load_clarifications(connection, keys)

    # contacts with the press
    def save_contact(self, actor: Actor, new: PressContact, at: datetime, /) -> int:
        """Write an entry of the log (id, at, account and who of `new` are not looked at); return its number.

        Refused where the same person wrote the same within five minutes, and did not take it back.
        """
        with self._writing() as connection:
            return beside.save_contact(connection, actor, new, at)

    def withdraw_contact(self, actor: Actor, number: int, at: datetime, /) -> None:
        """Take an entry of the log back; a correction is a new entry."""
        with self._writing() as connection:
            beside.withdraw_contact(connection, actor, number, at)

    def contacts(
        self, since: date | None = None, until: date | None = None, *, as_of: datetime | None = None
    ) -> list[PressContact]:
        """Return the log of the days from `since` to `until`, both included, as it stood just before `as_of`."""
        with self._reading() as connection:
            return beside.load_contacts(connection, since, until, as_of)

    # figures of the yearly report that people typed in
    def save_figure(self, actor: Actor, new: YearlyFigure, at: datetime, /) -> None:
        """Write a figure (at, account and who of `new` are not looked at); the last word holds."""
        with self._writing() as connection:
            beside.save_figure(connection, actor, new, at)

    def figures(self, year: int, /, *, as_of: datetime | None = None) -> dict[str, YearlyFigure]:
        """Return the figures of a year as they stood just before `as_of`, by their id."""
        with self._reading() as connection:
            return beside.load_figures(connection, year, as_of)
