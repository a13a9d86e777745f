"""What an account may see: every room asks here, and answers 404 for what it may not.

Articles and stories: all of them with the permission article.read, else those assigned to the account's department.
Publications: all that were published, with digest.read; drafts are never publications.
"""

from pipeline.records.accounts import Account, Sight
from storage.database import Database


def visible(storage: Database, account: Account | None) -> Sight:
    """Return which articles an account (None: nobody) may see.

    `storage.accounts.sight.visible` makes the condition of a query out of it.
    """
    if account is None or not account.permissions:
        return Sight(every_article=False)
    if account.allows("article.read"):
        return Sight(every_article=True)
    if account.allows("assigned.read") and account.department is not None:
        return Sight(every_article=False, assigned=storage.reviews.assigned_to(account.department))
    return Sight(every_article=False)


def may_read_publications(account: Account | None) -> bool:
    """Whether an account may see published digests."""
    return account is not None and account.allows("digest.read")


def may_comment(sight: Sight, account: Account, item: str, story: str) -> bool:
    """Whether an account may comment on an article: with the permission, on what it may see."""
    return account.allows("comment") and sight.shows(item, story)
