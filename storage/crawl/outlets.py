"""An article that a search found on somebody's site → the outlet whose it is."""

from sqlalchemy import Connection, insert, select

from pipeline.text.urls import site_of
from storage.schema.core import sources


def outlet_of(connection: Connection, url: str, name: str) -> str:
    """Return the id of the source whose site an address is on; one named so is added where there is none.

    What is added is not asked for anything: that somebody's article was found once makes nobody a source to watch.
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
