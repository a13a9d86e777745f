"""What an engine made of the texts of an article → the tables `item_texts` and `translations`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from pipeline.records import Item, VerdictReason
from pipeline.records.translations import Engine, TextPart, Translation
from storage.articles.items import load_chosen
from storage.engine.json_records import JsonRecord
from storage.schema.core import items, taggings, versions
from storage.schema.derived import facts
from storage.schema.renditions import item_texts, translation_corrections, translations

REFUSAL = JsonRecord(VerdictReason)
#: Wait after the first failure of an engine over a text; it doubles with each further one.
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=1)
#: Keys looked up by one statement; databases limit what one may hold.
_CHUNK = 500


def load_wanted(
    connection: Connection,
    engine: Engine,
    target: str,
    limit: int,
    since: datetime,
    until: datetime | None,
    at: datetime,
    languages: Collection[str],
) -> list[Item]:
    """See storage.translations.facet.Translations.wanted."""
    query = (
        select(facts.c.item_key)
        .where(
            facts.c.relevance.in_(("main", "mention")),
            facts.c.at >= int(since.timestamp()),
            _is_foreign(target, languages),
            _is_open(engine, target, at),
        )
        .order_by(facts.c.at.desc(), facts.c.item_key)
    )
    if until is not None:
        query = query.where(facts.c.at < int(until.timestamp()))
    found: list[Item] = []
    offset = 0
    # A damaged article is left out, and takes no other's place.
    while len(found) < limit:
        keys = connection.execute(query.offset(offset).limit(limit)).scalars().all()
        if not keys:
            break
        sound = load_chosen(connection, keys)
        found += [sound[key] for key in keys if key in sound]
        offset += len(keys)
    return found[:limit]


def _is_foreign(target: str, languages: Collection[str]) -> ColumnElement[bool]:
    """Select texts in another language, or in one of `languages` where there are some; none of unknown language."""
    column = facts.c.language
    own = or_(column.in_(("", "und", target)), column.startswith(f"{target}-", autoescape=True))
    chosen = [column == one for one in languages] + [column.startswith(f"{one}-", autoescape=True) for one in languages]
    return and_(~own, or_(*chosen)) if chosen else ~own


def _is_open(engine: Engine, target: str, at: datetime) -> ColumnElement[bool]:
    """Select articles of which this engine has a text to translate, or whose texts of today are not known."""
    listed = select(item_texts.c.part).where(
        item_texts.c.item_key == facts.c.item_key, item_texts.c.tagging_id == facts.c.tagging_id
    )
    done = (
        select(translations.c.id)
        .where(
            translations.c.sha256 == item_texts.c.sha256,
            translations.c.source == item_texts.c.language,
            translations.c.target == target,
            *_by(engine),
            or_(translations.c.next_try.is_(None), translations.c.next_try > at),
        )
        .correlate(item_texts)
    )
    corrected = (
        select(translation_corrections.c.id)
        .where(
            translation_corrections.c.sha256 == item_texts.c.sha256,
            translation_corrections.c.source == item_texts.c.language,
            translation_corrections.c.target == target,
            translation_corrections.c.text != "",
        )
        .correlate(item_texts)
    )
    missing = select(item_texts.c.part).where(
        item_texts.c.item_key == facts.c.item_key,
        item_texts.c.part != "text",
        ~done.exists(),
        ~corrected.exists(),
    )
    return or_(~listed.correlate(facts).exists(), missing.correlate(facts).exists())


def _by(engine: Engine) -> list[ColumnElement[bool]]:
    columns = translations.c
    return [columns.backend == engine.backend, columns.model == engine.model, columns.version == engine.version]


def load_done(
    connection: Connection, engine: Engine, source: str, target: str, hashes: Collection[str], at: datetime
) -> set[str]:
    """See storage.translations.facet.Translations.done."""
    query = select(translations.c.sha256).where(
        translations.c.sha256.in_(list(hashes)),
        translations.c.source == source,
        translations.c.target == target,
        *_by(engine),
        or_(translations.c.next_try.is_(None), translations.c.next_try > at),
    )
    return set(connection.execute(query).scalars())


def store_translations(connection: Connection, made: Iterable[Translation], failed: Iterable[Translation]) -> None:
    """Store translations and failed attempts; what is done already is left as it is."""
    for one, is_failure in [*((one, False) for one in made), *((one, True) for one in failed)]:
        this = and_(
            translations.c.sha256 == one.sha256,
            translations.c.source == one.source,
            translations.c.target == one.target,
            *_by(one.engine),
        )
        row = connection.execute(
            select(translations.c.id, translations.c.attempts, translations.c.next_try).where(this)
        ).first()
        if row is not None and row.next_try is None:
            continue
        attempts = 1 if row is None else row.attempts + 1
        values: dict[str, Any] = {
            "text": one.text,
            "refusal": None if one.refusal is None else REFUSAL.dump_python(one.refusal, mode="json"),
            "at": one.at,
            "attempts": attempts,
            "next_try": one.at + min(_FIRST_WAIT * 2 ** min(attempts - 1, 8), _LONGEST_WAIT) if is_failure else None,
        }
        if row is not None:
            connection.execute(update(translations).where(translations.c.id == row.id).values(**values))
            continue
        pair = {"sha256": one.sha256, "source": one.source, "target": one.target}
        engine = {"backend": one.engine.backend, "model": one.engine.model, "version": one.engine.version}
        connection.execute(insert(translations).values(**pair, **engine, **values))


def store_parts(
    connection: Connection, key: str, parts: Mapping[TextPart, str], language: str, seen: Item | None
) -> bool:
    """Store which texts an article consists of; return whether it is still the article of which they were taken.

    `seen`: the article as it was read; nothing is stored where it has another text or other tags by now.
    """
    row = _newest(connection, key)
    if row is None or (seen is not None and (seen.version, seen.tags.rules) != (row.number, row.rules)):
        return False
    connection.execute(delete(item_texts).where(item_texts.c.item_key == key))
    common = {"item_key": key, "language": language, "version_id": row.version_id, "tagging_id": row.tagging_id}
    rows = [{**common, "part": part, "sha256": sha256} for part, sha256 in parts.items()]
    if rows:
        connection.execute(insert(item_texts), rows)
    return True


def _newest(connection: Connection, key: str) -> Any:
    """Return ids, number and rules of the newest version and its newest tagging; None for an unknown article."""
    query = (
        select(
            versions.c.id.label("version_id"), versions.c.number, taggings.c.id.label("tagging_id"), taggings.c.rules
        )
        .select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(taggings, taggings.c.version_id == versions.c.id)
        .where(items.c.key == key)
        .order_by(taggings.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def items_with(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Return the keys of the articles that consist of these texts, among others."""
    listed = sorted(hashes)
    found: set[str] = set()
    for start in range(0, len(listed), _CHUNK):
        query = select(item_texts.c.item_key).where(item_texts.c.sha256.in_(listed[start : start + _CHUNK]))
        found.update(connection.execute(query.distinct()).scalars())
    return found


def delete_refused(connection: Connection, engine: Engine, target: str, keys: Sequence[str] | None) -> int:
    """See storage.translations.facet.Translations.forget_refusals."""
    condition = and_(translations.c.target == target, translations.c.text == "", *_by(engine))
    if keys is not None:
        of_items = select(item_texts.c.sha256).where(item_texts.c.item_key.in_(list(keys)))
        condition = and_(condition, translations.c.sha256.in_(of_items))
    return connection.execute(delete(translations).where(condition)).rowcount


def count_states(connection: Connection, engine: Engine, target: str) -> dict[str, int]:
    """See storage.translations.facet.Translations.counts."""
    columns = translations.c
    counts: dict[str, int] = {}
    for name, condition in (
        ("translated", columns.text != ""),
        ("refused", and_(columns.text == "", columns.next_try.is_(None))),
        ("failed", columns.next_try.is_not(None)),
    ):
        query = select(func.count()).select_from(translations).where(columns.target == target, *_by(engine), condition)
        counts[name] = connection.execute(query).scalar_one()
    return counts
