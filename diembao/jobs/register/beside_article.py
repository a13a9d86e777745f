"""What the register has of an article: its matters, and what people want made clear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diembao.jobs.register.sight import may_read, sees_every_matter, visible_matters

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.records.accounts import Account
    from pipeline.register.matters import Clarification, LinkPart, Matter
    from storage.database import Database

#: Matters of an article that are looked at, the newest, and those that it may be put to.
_MOST, _OTHERS = 20, 50


@dataclass(frozen=True, slots=True)
class ArticleMatter:
    """A matter that an article belongs to; `part` None: another article of its story does."""

    matter: Matter
    part: LinkPart | None


@dataclass(frozen=True, slots=True)
class ArticleRegister:
    """What an account is shown of the register beside an article."""

    clarifications: Sequence[Clarification]
    matters: Sequence[ArticleMatter]
    #: matters that the account may put the article to
    others: Sequence[Matter]


def article_register(storage: Database, account: Account, key: str) -> ArticleRegister:
    """Return what the register has of an article that the account may see; of matters only those it may see."""
    parts: dict[int, LinkPart | None] = {}
    for link in storage.register.links_of_articles([key]):
        if link.item == key or link.matter not in parts:
            parts[link.matter] = link.part if link.item == key else None
    found: dict[int, ArticleMatter] = {}
    for number in sorted(_in_sight(storage, account, parts), reverse=True)[:_MOST]:
        matter = storage.register.matter(number)
        if matter is not None and may_read(account, matter):
            found[number] = ArticleMatter(matter, parts[number])
    direct = {number for number, part in parts.items() if part is not None}
    own = visible_matters(storage, account, limit=_OTHERS) if account.allows("matter.work") else ()
    others = [one for one in own if one.id not in direct and one.state != "not_needed"]
    return ArticleRegister(storage.register.clarifications([key]), list(found.values()), others)


def _in_sight(storage: Database, account: Account, numbers: Collection[int]) -> Collection[int]:
    """Return those of some matters that the account may see."""
    if sees_every_matter(account):
        return numbers
    if account.department is None or not account.allows("matter.read"):
        return ()
    return storage.register.concerning(numbers, account.department)
