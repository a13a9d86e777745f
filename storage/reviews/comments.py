"""Comments on articles, the people and departments they name, and the letters that tell these of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.reviews import Comment, Mention
from storage.accounts.names import account_names, members
from storage.audit.chain import append
from storage.engine.errors import StorageError
from storage.engine.json_records import JsonRecord
from storage.reviews.letters import store_letters
from storage.reviews.states import load_standings
from storage.schema.accounts import accounts, departments
from storage.schema.reviews import comments

#: Characters of a comment at most.
LONGEST = 4000
#: A name after '@': of a person (to sign in with) or the handle of a department; an address of mail is none.
_NAMED = re.compile(r"(?<![\w.@])@([^\W_](?:[\w.-]*\w)?)")
_MENTIONS = JsonRecord(tuple[Mention, ...])
_CHUNK = 500


def named_in(text: str) -> list[str]:
    """Return the names after '@' in a comment, in small letters, each once."""
    return list(dict.fromkeys(name.casefold() for name in _NAMED.findall(text)))


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a comment with the names of people and departments in place of those that stand after '@'."""
    return _NAMED.sub(lambda found: f"@{names.get(found[1].casefold(), found[1])}", text)


def store_comment(
    connection: Connection, actor: Actor, key: str, text: str, at: datetime
) -> tuple[Comment, tuple[str, ...]]:
    """See storage.reviews.facet.Reviews.comment."""
    text = text.strip()
    if not text:
        raise StorageError(Message(mark("A comment needs words.")))
    if len(text) > LONGEST:
        raise StorageError(Message(mark("A comment has at most {limit} characters."), limit=LONGEST))
    if actor.account is None:
        raise StorageError(Message(mark("Only a signed-in person can comment.")))
    (key,) = load_standings(connection, [key])
    mentions, unknown = resolve(connection, named_in(text))
    stored = _MENTIONS.dump_python(mentions, mode="json")
    row = {"item_key": key, "account": actor.account, "at": at, "text": text, "mentions": stored}
    inserted = connection.execute(insert(comments).values(**row)).inserted_primary_key
    assert inserted is not None
    number = int(inserted[0])
    told: list[int] = []
    for mention in mentions:
        told += [mention.id] if mention.kind == "person" else members(connection, mention.id)
    store_letters(connection, f"comment {number}", [one for one in told if one != actor.account], at)
    said: dict[str, Json] = {"comment": number, "mentions": [f"{mention.kind} {mention.id}" for mention in mentions]}
    append(
        connection,
        AuditEvent("comment.written", "item", key, None, said, actor, at, {"text": text}, actor.account),
    )
    names = account_names(connection, [actor.account])
    return Comment(number, key, actor.account, names[actor.account], at, text, mentions), unknown


def resolve(connection: Connection, names: Sequence[str]) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """Return the people and departments of these names, and the names that nobody has."""
    if not names:
        return (), ()
    found: list[Mention] = []
    of_people = select(accounts.c.id, accounts.c.name).where(accounts.c.name.in_(names), accounts.c.disabled == 0)
    of_departments = select(departments.c.id, departments.c.handle, departments.c.name).where(
        departments.c.handle.in_(names), departments.c.disabled == 0
    )
    known: set[str] = set()
    row: Any
    for row in connection.execute(of_people.order_by(accounts.c.id)):
        known.add(row.name)
        found.append(Mention("person", row.id, row.name))
    for row in connection.execute(of_departments.order_by(departments.c.id)):
        known.add(row.handle)
        found.append(Mention("department", row.id, row.name))
    return tuple(found), tuple(name for name in names if name not in known)


def load_comments(connection: Connection, keys: Sequence[str]) -> dict[str, list[Comment]]:
    """Return the comments on articles by key, the oldest first."""
    rows: list[Any] = []
    for start in range(0, len(keys), _CHUNK):
        query = select(comments).where(comments.c.item_key.in_(keys[start : start + _CHUNK])).order_by(comments.c.id)
        rows += connection.execute(query).all()
    names = account_names(connection, (row.account for row in rows))
    found: dict[str, list[Comment]] = {}
    for row in rows:
        found.setdefault(row.item_key, []).append(_comment(row, names.get(row.account, "")))
    return found


def load_comment(connection: Connection, number: int) -> Comment | None:
    """Return a comment by its number; None for an unknown one."""
    row = connection.execute(select(comments).where(comments.c.id == number)).first()
    if row is None:
        return None
    return _comment(row, account_names(connection, [row.account])[row.account])


def _comment(row: Any, who: str) -> Comment:
    return Comment(row.id, row.item_key, row.account, who, row.at, row.text, _MENTIONS.validate_python(row.mentions))


def count_comments(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Return the number of comments by key; articles without one are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), _CHUNK):
        some = comments.c.item_key.in_(keys[start : start + _CHUNK])
        query = select(comments.c.item_key, func.count().label("number")).where(some).group_by(comments.c.item_key)
        found |= {row.item_key: row.number for row in connection.execute(query)}
    return found
