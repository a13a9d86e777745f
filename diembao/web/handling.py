"""A request → a visit → the answer of its room: session, permission, form, language, errors and log, in that order."""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any, cast
from urllib.parse import quote

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config.faults.errors import ConfigError
from diembao.system.clock import now
from diembao.web.auth.sessions import as_signed_in, open_session
from diembao.web.context import DeskContext
from diembao.web.desk_route import Access, DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render_busy, render_error
from diembao.web.security import cookies, csrf
from diembao.web.security.bodies import files_of, read_form, texts_of
from diembao.web.visit import MenuEntry, Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.language import LANGUAGES, Language, use_language
from pipeline.i18n.notices import Message
from storage.engine.errors import StorageError

_NOTHING: ImmutableMultiDict[str, str] = ImmutableMultiDict()


def make_handler(context: DeskContext, routes: tuple[DeskRoute, ...], route: DeskRoute) -> Callable[..., Any]:
    """Return Starlette's endpoint of a route."""

    async def handle(request: Request) -> Response:
        start = time.monotonic()
        try:
            visit = _bare_visit(context, request)
            response = await _answer(visit, routes, route, request)
        except Exception as error:  # not even the page of an error can be drawn: settings.toml, say, has faults
            context.log.error("request_failed", route=route.path, error=type(error).__name__, exc_info=error)
            return PlainTextResponse("500: see the log of the desk\n", 500)
        if not visit.cookie(cookies.VISIT) and not route.is_stream:
            # Also where a session's cookie came: it may have ended, and the form to sign in needs a token too.
            cookies.set_cookie(response, cookies.VISIT, visit.seed, visit.is_secure)
        if request.method not in csrf.SAFE and response.status_code < 400:
            context.postman.call()
        log_request(context, request.method, route.path, response.status_code, visit.address, start)
        return response

    return handle


def make_error_handler(context: DeskContext, routes: tuple[DeskRoute, ...]) -> Callable[[Request, Exception], Any]:
    """Return Starlette's handler of an error outside any room: an unknown path, a method that a path has not."""

    async def handle(request: Request, error: Exception) -> Response:
        start = time.monotonic()
        visit = _bare_visit(context, request)
        found = error if isinstance(error, DeskError) else DeskError(getattr(error, "status_code", 404))
        response = await context.in_thread(lambda: _error_page(visit, routes, found))
        response.headers.update(getattr(error, "headers", None) or {})
        log_request(context, request.method, "?", response.status_code, visit.address, start)
        return response

    return handle


def log_request(context: DeskContext, method: str, pattern: str, status: int, address: str, start: float) -> None:
    """Write one line: the route's pattern, not the path, which may hold a token."""
    milliseconds = round((time.monotonic() - start) * 1000, 1)
    context.log.info("request", method=method, route=pattern, status=status, ms=milliseconds, client=address)


def _bare_visit(context: DeskContext, request: Request) -> Visit:
    """Return what a request says of itself, before anybody knows who makes it."""
    is_secure = is_secure_scope(context, request.scope)
    token = request.cookies.get(cookies.cookie_name(cookies.SESSION, is_secure), "")
    visit_cookie = request.cookies.get(cookies.cookie_name(cookies.VISIT, is_secure), "")
    wished = request.query_params.get("language") or request.cookies.get(
        cookies.cookie_name(cookies.LANGUAGE, is_secure), ""
    )
    return Visit(
        context=context,
        asked=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        path=cast("Mapping[str, str]", request.path_params),
        query=ImmutableMultiDict([(k, v.replace("\0", "")) for k, v in request.query_params.multi_items()]),
        form=_NOTHING,
        files=(),
        headers=request.headers,
        cookies=request.cookies,
        address=request.client.host if request.client else "",
        is_secure=is_secure,
        now=now(),
        language=_language(context, wished),
        token=token,
        seed=visit_cookie or secrets.token_urlsafe(32),
    )


def is_secure_scope(context: DeskContext, scope: Mapping[str, Any]) -> bool:
    """Whether the browser came by https: the connection or a trusted proxy says so, or the name is one of https."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return scope.get("scheme") == "https" or host.lower() in context.desk.secure_hosts()


def _language(context: DeskContext, wished: str) -> Language:
    for language in LANGUAGES:
        if wished == language:
            return language
    return "en" if context.settings().digest.language == "en" else "vi"


async def _answer(visit: Visit, routes: tuple[DeskRoute, ...], route: DeskRoute, request: Request) -> Response:
    context = visit.context
    try:
        if route.per_minute:
            context.limits.hit(route.path, visit.address, route.per_minute)
        if request.method not in csrf.SAFE:
            scheme = "https" if visit.is_secure else "http"
            if why := csrf.foreign(request.headers, scheme, frozenset(a.lower() for a in context.desk.addresses)):
                raise DeskError(403, why)
            known = await context.in_thread(lambda: _admit(visit, routes, route))
            if isinstance(known, Response):
                return known
            form = await read_form(request.headers, request.receive, route.body)
            visit = replace(known, form=texts_of(form), files=files_of(form))
            await form.close()
            if not csrf.is_token(context.key, visit.seed, visit.form.get(csrf.FIELD, "")):
                raise DeskError(403, Message(mark("The page was too old: open it again, and send the form once more.")))
            return await context.in_thread(lambda: _in_room(visit, routes, route))
        if route.is_stream:
            known = await context.in_thread(lambda: _admit(visit, routes, route))
            if isinstance(known, Response):
                return known
            streamed: Response = await cast("Any", route.endpoint)(known)
            return streamed
        return await context.in_thread(lambda: _admit_and_show(visit, routes, route))
    except DeskError as error:
        found = error
        return await context.in_thread(lambda: _error_page(visit, routes, found))
    except (StorageError, ConfigError) as error:
        context.log.error("request_failed", route=route.path, error=str(error))
        if isinstance(error, StorageError) and error.may_pass:
            return await context.in_thread(lambda: _busy_page(visit))
        return await context.in_thread(lambda: _plain_error(visit, DeskError(500)))
    except Exception as error:  # the last resort of a server: one request fails, the desk goes on
        context.log.error("request_failed", route=route.path, error=type(error).__name__, exc_info=error)
        return await context.in_thread(lambda: _error_page(visit, routes, DeskError(500)))


def _admit(visit: Visit, routes: tuple[DeskRoute, ...], route: DeskRoute) -> Visit | Response:
    """Return the visit with its account, or the answer to somebody who may not take this route. Raises DeskError."""
    visit = _with_account(visit, routes, counts_as_use=route.counts_as_use)
    with use_language(visit.language):
        if route.access == "anybody":
            return visit
        if visit.account is None:
            wish = f"?next={quote(visit.asked, safe='')}" if "GET" in route.methods and visit.asked != "/" else ""
            return redirect(visit, f"/sign-in{wish}")
        if not visit.permissions and not route.before_enrolment:
            return redirect(visit, "/second-factor")
        if not may_take(visit, route.access):
            if route.refused is not None:
                with visit.context.open_storage() as storage:
                    route.refused(replace(visit, _storage=storage))
            raise DeskError(403)
    return visit


def _admit_and_show(visit: Visit, routes: tuple[DeskRoute, ...], route: DeskRoute) -> Response:
    known = _admit(visit, routes, route)
    return known if isinstance(known, Response) else _in_room(known, routes, route)


def _in_room(visit: Visit, routes: tuple[DeskRoute, ...], route: DeskRoute) -> Response:
    assert not iscoroutinefunction(route.endpoint)
    with visit.context.open_storage() as storage, use_language(visit.language):
        visit = replace(visit, _storage=storage)
        try:
            return cast("Callable[[Visit], Response]", route.endpoint)(visit)
        except DeskError as error:
            return render_error(visit, error)


def may_take(visit: Visit, access: Access) -> bool:
    """Whether the account of a visit may take a route with this access."""
    if access == "anybody":
        return True
    return visit.account is not None and (access == "signed in" or access in visit.permissions)


def _with_account(visit: Visit, routes: tuple[DeskRoute, ...], *, counts_as_use: bool) -> Visit:
    if not visit.token:
        return visit
    with visit.context.open_storage() as storage:
        session = open_session(storage, visit.token, visit.now, counts_as_use=counts_as_use)
    if session is None:
        return replace(visit, token="")
    account = as_signed_in(visit, session.account, visit.context.desk.sso)
    visit = replace(
        visit,
        account=account,
        session=session,
        permissions=account.permissions,
        language=account.language,
        seed=visit.token,
    )
    return replace(visit, menu=_menu(visit, routes))


def _menu(visit: Visit, routes: tuple[DeskRoute, ...]) -> tuple[MenuEntry, ...]:
    """Return the rooms that the account may enter; none before it has the second factor that its role asks for."""
    if not visit.permissions:
        return ()
    path = visit.asked.partition("?")[0]
    open_to = sorted((r for r in routes if r.menu and may_take(visit, r.access)), key=lambda r: r.order)
    current = max((r.path for r in open_to if f"{path}/".startswith(f"{r.path}/")), key=len, default="")
    return tuple(MenuEntry(route.path, route.menu, route.path == current, route.waiting) for route in open_to)


def _error_page(visit: Visit, routes: tuple[DeskRoute, ...], error: DeskError) -> Response:
    """Return the page of an error, with the menu where somebody is signed in and the database can be read."""
    with suppress(StorageError):
        if visit.account is None:
            visit = _with_account(visit, routes, counts_as_use=False)
    return _plain_error(visit, error)


def _busy_page(visit: Visit) -> Response:
    with use_language(visit.language):
        return render_busy(visit)


def _plain_error(visit: Visit, error: DeskError) -> Response:
    with use_language(visit.language):
        return render_error(visit, error)
