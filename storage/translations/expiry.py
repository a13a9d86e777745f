"""Texts that retention takes away → their translations go too."""

from sqlalchemy import Connection, delete, select

from storage.schema.renditions import item_texts, translation_corrections, translations


def delete_all_but_titles(connection: Connection, key: str) -> None:
    """Forget of which texts an article consisted but for its title, which stays for share of voice."""
    connection.execute(delete(item_texts).where(item_texts.c.item_key == key, item_texts.c.part != "title"))


def delete_unused(connection: Connection) -> None:
    """Delete translations and corrections of texts that no article has any more."""
    for table in (translations, translation_corrections):
        used = select(item_texts.c.sha256).where(item_texts.c.sha256 == table.c.sha256).correlate(table)
        connection.execute(delete(table).where(~used.exists()))
