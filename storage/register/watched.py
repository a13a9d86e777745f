"""The articles of a matter and the reprints of their stories, with all texts they had and what their pages answered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, or_, select

from pipeline.records import DocumentOutcome, Reason
from pipeline.register.matters import LINK_RANK, LinkPart
from pipeline.register.watch import Look, LookResult, TextVersion, WatchedArticle
from storage.articles.adapters import ARTICLE
from storage.engine.damage import is_damaged, tell_left_out
from storage.schema.core import documents, fetches, items, sources, versions
from storage.schema.register import matter_links

#: Articles of a matter that are watched at most: those linked, then the first seen of their stories.
MOST = 200
_PARTS: Sequence[LinkPart] = ("answer", "result", "origin", "again")
#: Outcomes of a fetch that say whether a page stands.
TELLING = (Reason.OK, Reason.NOT_MODIFIED, Reason.NOT_FOUND, Reason.GONE)
_PAGE = (Reason.OK, Reason.NOT_MODIFIED)


def load_watched(connection: Connection, number: int, until: datetime | None = None) -> list[WatchedArticle]:
    """See storage.register.facet.Register.watched."""
    linked = _links(connection, number, until)
    stories = _stories(connection, linked)
    query = _select().where(or_(items.c.key.in_(linked), items.c.story.in_(stories)))
    rows = connection.execute(query.order_by(items.c.first_seen, items.c.key)).all()
    rows = sorted(rows, key=lambda row: row.key not in linked)[:MOST]
    texts = _texts(connection, [row.key for row in rows])
    in_part = {row.candidate_id for row in rows if all(one.is_partial for one, _ in texts.get(row.key, ()))}
    looks = _all_looks(connection, [row.candidate_id for row in rows], in_part)
    found = []
    for row in rows:
        part = linked.get(row.key) or stories[row.story]
        had = texts.get(row.key, [])
        # The first that states a time: some outlets date an edited page anew.
        dated = next((article for _, article in had if article.published is not None), None)
        found.append(
            WatchedArticle(
                row.key,
                row.url,
                row.title,
                row.source_id,
                row.name,
                row.country,
                part,
                row.key in linked,
                row.first_seen,
                None if dated is None else dated.published,
                dated is not None and dated.published_precision != "day",
                tuple(version for version, _ in had),
                tuple(looks.get(row.candidate_id, ())),
            )
        )
    return found


def _links(connection: Connection, number: int, until: datetime | None) -> dict[str, LinkPart]:
    """Return the articles of a matter as they are now, or were at a moment; of several parts of one the first holds."""
    there: ColumnElement[bool] = matter_links.c.removed_at.is_(None)
    if until is not None:
        there = and_(matter_links.c.at <= until, or_(there, matter_links.c.removed_at > until))
    query = select(matter_links.c.item_key, matter_links.c.part).where(matter_links.c.matter == number, there)
    rows = sorted(connection.execute(query.order_by(matter_links.c.id)), key=lambda row: -LINK_RANK[row.part])
    return {row.item_key: row.part for row in rows}


def _stories(connection: Connection, linked: Mapping[str, LinkPart]) -> dict[str, LinkPart]:
    """Return the stories of linked articles; a report's story that the answer is in too counts as the report's."""
    query = select(items.c.key, items.c.story).where(items.c.key.in_(linked), items.c.story != "")
    rows = sorted(connection.execute(query), key=lambda row: _PARTS.index(linked[row.key]))
    return {row.story: linked[row.key] for row in rows}


def _select() -> Any:
    return (
        select(
            items.c.key,
            items.c.url,
            items.c.story,
            items.c.source_id,
            items.c.first_seen,
            items.c.candidate_id,
            versions.c.title,
            sources.c.name,
            sources.c.country,
        )
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
    )


def _texts(connection: Connection, keys: Sequence[str]) -> dict[str, list[tuple[TextVersion, Any]]]:
    query = (
        select(
            versions.c.item_key,
            versions.c.number,
            versions.c.fetched_at,
            cast(versions.c.article, Text).label("article"),
            documents.c.examined_at,
        )
        .join(documents, documents.c.id == versions.c.document_id)
        .where(versions.c.item_key.in_(keys))
        .order_by(versions.c.item_key, versions.c.number)
    )
    found: dict[str, list[tuple[TextVersion, Any]]] = {}
    for row in connection.execute(query):
        if is_damaged(row):
            tell_left_out(f"article {row.item_key}")
            continue
        article = ARTICLE.validate_json(row.article)
        text = article.text if article.lead in article.text else f"{article.lead}\n{article.text}"
        is_partial = article.text_from == "feed" or article.reason is not Reason.OK
        version = TextVersion(row.number, row.fetched_at, article.title, text, is_partial, row.examined_at)
        found.setdefault(row.item_key, []).append((version, article))
    return found


def _all_looks(connection: Connection, links: Sequence[int], in_part: Collection[int]) -> dict[int, list[Look]]:
    """Return by link the answers that say whether its page stands, oldest first.

    Of the links `in_part` no whole page was ever read: of these, pages that show a part count.
    """
    fetched = select(fetches.c.candidate_id, fetches.c.at, fetches.c.reason)
    fetched = fetched.where(fetches.c.candidate_id.in_(links), fetches.c.reason.in_(TELLING)).order_by(fetches.c.at)
    answers: dict[int, list[Any]] = {}
    for row in connection.execute(fetched):
        answers.setdefault(row.candidate_id, []).append(row)
    pages = select(
        documents.c.candidate_id,
        documents.c.fetched_at,
        documents.c.outcome,
        documents.c.outcome_reason,
        documents.c.examined_at,
    )
    pages = pages.where(documents.c.candidate_id.in_(links), documents.c.reason == Reason.OK)
    read: dict[int, list[Any]] = {}
    for page in connection.execute(pages.order_by(documents.c.fetched_at)):
        read.setdefault(page.candidate_id, []).append(page)
    return {link: list(_looks(rows, read.get(link, ()), link in in_part)) for link, rows in answers.items()}


def _looks(answers: Iterable[Any], pages: Sequence[Any], in_part: bool) -> Iterable[Look]:
    """Yield what each answer says; one whose page could not be read, or was not yet, says nothing.

    An answer that brought no new page is of the page before it.
    """
    for answer in answers:
        if answer.reason not in _PAGE:
            yield Look(answer.at, "gone")
            continue
        page = next((one for one in reversed(pages) if one.fetched_at <= answer.at), None)
        result = None if page is None else _page_result(page.outcome, page.outcome_reason, in_part)
        if result is not None:
            known = page.examined_at if page is not None else None
            yield Look(answer.at, result, known if known is not None and known > answer.at else None)


def _page_result(outcome: str, reason: str, in_part: bool) -> LookResult | None:
    if reason == Reason.SOFT_404:  # also where the feed's words stand in for the page
        return "says_gone"
    if outcome in (DocumentOutcome.WAITING, DocumentOutcome.UNREADABLE) or (reason and not in_part):
        return None
    return "page"
