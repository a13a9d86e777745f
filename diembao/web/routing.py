"""Every route of the desk, from every room. A room adds its ROUTES here."""

from diembao.web.desk_route import DeskRoute
from diembao.web.routes import start, today


def all_routes() -> tuple[DeskRoute, ...]:
    """Return the routes; the first that matches a path answers."""
    return (
        *start.ROUTES,
        *today.ROUTES,
    )
