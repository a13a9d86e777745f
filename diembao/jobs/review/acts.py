"""An act of a person on articles: checked against the rules of the province, stored with all that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.jobs.agree_translations import store_agreement
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.reviews import ActResult, Clash, ReviewAct
from storage.engine.errors import StorageError

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.records.audit import Actor
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Acts that decide on topics or tone, which the translations of the article take over.
_SHARED = ("topics", "tone")


def act(storage: Database, actor: Actor, wanted: ReviewAct, at: datetime, rules: Rulebook) -> ActResult | Clash:
    """Do an act: decisions, rulings, the reviews, its row in the log and its audit entry are one transaction.

    An act on several articles is done as a whole or not at all; only 'reviewed' leaves those out on which somebody
    decided before, and names them (`skipped`). Where an article has another version than the person saw
    (`wanted.expected`), the answer is a Clash with both values, and nothing is stored; the same act of the same account
    once more is no clash. Raises StorageError, with a message for the person, for an unknown article or topic, a reason
    or value that there is not, and stories that cannot be merged or split.
    """
    if wanted.kind == "topics":
        known = {topic.id for topic in rules.topics.topic}
        if unknown := sorted(set(wanted.value.split()) - known):
            names, listed = ", ".join(unknown), ", ".join(sorted(known))
            message = mark("No such topic: {names}; there are {listed}")
            raise StorageError(Message(message, names=names, listed=listed))
    result = storage.reviews.act(actor, wanted, at)
    if isinstance(result, ActResult):
        agree(storage, result)
    return result


def agree(storage: Database, result: ActResult) -> None:
    """Let the translations of the articles take over what was decided of them, or what holds since it was undone.

    It follows from the decisions and is found again by the next run of `process`; it is no part of their transaction.
    """
    if result.action and result.kind in _SHARED:
        for story in storage.reviews.stories(list(result.versions)):
            store_agreement(storage, story=story)
