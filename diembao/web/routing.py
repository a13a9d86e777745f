"""Every route of the desk, from every room. A room adds its ROUTES here."""

from diembao.web.auth import invitation, profile, second_factor, sign_in, sso
from diembao.web.desk_route import DeskRoute
from diembao.web.routes import start, today
from diembao.web.routes.digest import published as published_digests
from diembao.web.routes.digest import release as digest_release
from diembao.web.routes.digest import room as digest_room
from diembao.web.routes.office import agreement, assignments, audit, mentions
from diembao.web.routes.people import accounts, departments
from diembao.web.routes.reading import rooms as reading
from diembao.web.routes.register import calendar as register_calendar
from diembao.web.routes.register import candidates, clarifications, listing, matter, opening, plan
from diembao.web.routes.register import contacts as register_contacts
from diembao.web.routes.register import lists as register_lists
from diembao.web.routes.register import yearly as register_yearly
from diembao.web.routes.review import room as review_room


def all_routes() -> tuple[DeskRoute, ...]:
    """Return the routes; the first that matches a path answers."""
    return (
        *start.ROUTES,
        *sign_in.ROUTES,
        *second_factor.ROUTES,
        *invitation.ROUTES,
        *profile.ROUTES,
        *sso.ROUTES,
        *today.ROUTES,
        *assignments.ROUTES,
        *mentions.ROUTES,
        *agreement.ROUTES,
        *audit.ROUTES,
        *listing.ROUTES,
        *opening.ROUTES,
        *candidates.ROUTES,
        *matter.ROUTES,
        *plan.ROUTES,
        *clarifications.ROUTES,
        *review_room.ROUTES,
        *digest_room.ROUTES,
        *digest_release.ROUTES,
        *published_digests.ROUTES,
        *reading.ROUTES,
        *register_calendar.ROUTES,
        *register_contacts.ROUTES,
        *register_yearly.ROUTES,
        *register_lists.ROUTES,
        *accounts.ROUTES,
        *departments.ROUTES,
    )
