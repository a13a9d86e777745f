"""Pages of the whole register: for the office, analysts and auditors, not for members of units."""

from collections.abc import Callable

from diembao.jobs.register.sight import sees_every_matter
from diembao.web.errors import DeskError
from diembao.web.routes.register.forms import typed_number
from diembao.web.visit import Visit


def refuse_units(visit: Visit) -> None:
    """Raise DeskError 403 for members of units: they see the matters of their unit and no more of the register."""
    if not sees_every_matter(visit.me):
        raise DeskError(403)


def record_refusal(visit: Visit, number: int | None, what: str) -> None:
    """Record that the account of a visit asked for a matter, or a part of it, that is not for it, if there is one."""
    if number is not None and visit.storage.register.matter(number) is not None:
        visit.storage.register.refuse(visit.actor, number, what, visit.now)


def refusal_of(what: str) -> Callable[[Visit], None]:
    """Return what records that a route of one matter was refused by permission."""
    return lambda visit: record_refusal(visit, typed_number(visit.path["matter"]), what)
