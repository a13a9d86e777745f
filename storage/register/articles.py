"""The articles of matters, as they stand among the stories of now."""

from sqlalchemy import Connection, and_, select

from pipeline.register.candidates import MatterArticle
from storage.schema.core import items, versions
from storage.schema.register import matter_links


def load_matter_articles(connection: Connection) -> list[MatterArticle]:
    """See storage.register.facet.Register.articles."""
    query = (
        select(
            matter_links.c.matter,
            matter_links.c.item_key,
            matter_links.c.part,
            items.c.story,
            items.c.event,
            versions.c.title,
        )
        .join(items, items.c.key == matter_links.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(matter_links.c.removed_at.is_(None))
        .order_by(matter_links.c.id)
    )
    return [MatterArticle(*row) for row in connection.execute(query)]
