"""The outlet of an article that a search found on another site than the feed's."""

from sqlalchemy import Connection, insert, select

from pipeline.text.urls import site_of
from storage.schema.core import sources


def outlet_of(connection: Connection, url: str, name: str) -> str:
    """Return the id of the source whose site an address is on; an outlet of that name is added where there is none.

    An added outlet is disabled: one article found by a search makes no source to watch.
    """
    site = site_of(url)
    for row in connection.execute(select(sources.c.id, sources.c.home).order_by(sources.c.id)):
        if site_of(row.home) == site:
            return str(row.id)
    vietnamese = site.endswith(".vn")
    values = {
        "id": site,
        "name": name or site,
        "home": f"https://{site}/",
        "country": "VN" if vietnamese else "",
        "category": "central" if vietnamese else "foreign",
        "kind": "",
        "enabled": 0,
    }
    connection.execute(insert(sources).values(**values))
    return site
