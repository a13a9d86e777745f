"""The office's part of the database: it only reads."""

from collections.abc import Iterable
from datetime import datetime

from storage.engine.facet import Facet
from storage.office import agreement, heads, mentions


class Office(Facet):
    """What people are shown about themselves."""

    def mentions(self, account: int, /, after: int = 0, limit: int = 100) -> list[mentions.MentionOf]:
        """Return the comments that name an account or its department, told after that number, the newest first."""
        with self._reading() as connection:
            return mentions.load_mentions(connection, account, after, limit)

    def heads(self, keys: Iterable[str], /) -> dict[str, heads.ArticleHead]:
        """Return articles by key as a line of a list names them, without unknown ones."""
        with self._reading() as connection:
            return heads.load_heads(connection, keys)

    def judged(self, since: datetime, /) -> list[agreement.JudgedArticle]:
        """Return the articles that people judged since a time, each with what the rules had said then."""
        with self._reading() as connection:
            return agreement.load_judged(connection, since)
