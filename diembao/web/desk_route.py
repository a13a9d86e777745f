"""A route of the desk: who may take it, and what it takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from diembao.web.security.bodies import FORM, BodyLimits
from diembao.web.visit import Visit, Waiting
from pipeline.records.accounts import Permission

#: A room's function of one visit: a plain one, run in a thread, or for a stream an async one.
Endpoint = Callable[[Visit], Response] | Callable[[Visit], Awaitable[Response]]
#: Who may take a route: accounts with a permission, any account, or anybody at all.
Access = Permission | Literal["signed in", "anybody"]


@dataclass(frozen=True, slots=True)
class DeskRoute:
    """One path of the desk. Every POST carries a form token, and answers with a redirect or an error."""

    #: Starlette's pattern: "/review/{key}".
    path: str
    methods: tuple[Literal["GET", "POST"], ...]
    endpoint: Endpoint
    access: Access
    #: Label in the menu (a `mark("…")`); '': no entry. Entries are in ascending `order`.
    menu: str = ""
    order: int = 0
    #: What waits in this room for the account of a visit; the start page shows it.
    waiting: Callable[[Visit], Sequence[Waiting]] | None = None
    #: Whether a request counts as use of the session: not a heartbeat, or the idle end would never come.
    counts_as_use: bool = True
    #: Whether an account that has yet to set up its second factor may take it.
    before_enrolment: bool = False
    #: An async endpoint, without a database of its own: an event stream.
    is_stream: bool = False
    #: Requests a minute from one address; 0: no limit.
    per_minute: int = 0
    body: BodyLimits = FORM
    #: Done where a signed-in account may not take the route, before it is told so: a record, say.
    refused: Callable[[Visit], None] | None = None
