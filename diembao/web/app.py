"""The desk as an ASGI application: its routes, and what stands before all of them."""

from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

from diembao.web.context import DeskContext
from diembao.web.desk_route import DeskRoute
from diembao.web.handling import is_secure_scope, make_error_handler, make_handler
from diembao.web.routing import all_routes
from diembao.web.security.client import TrustedProxies
from diembao.web.security.headers import SecurityHeaders
from diembao.web.static_files import serve_favicon, serve_static


def make_app(context: DeskContext, extra: tuple[DeskRoute, ...] = ()) -> Starlette:
    """Return the application of a desk, with `extra` routes for the sample press; who made the context closes it."""
    rooms = (*all_routes(), *extra)
    routes = [Route(room.path, make_handler(context, rooms, room), methods=list(room.methods)) for room in rooms]
    routes += [
        Route("/static/{stamp}/{name}", serve_static, methods=["GET"]),
        Route("/favicon.ico", serve_favicon, methods=["GET"]),
    ]
    # Errors of rooms are answered in make_handler: one for Exception would answer outside of the middleware.
    handlers = {HTTPException: make_error_handler(context, rooms)}
    app = Starlette(
        routes=routes,
        exception_handlers=cast("Any", handlers),
        middleware=[
            Middleware(TrustedProxies, proxies=context.desk.trusted_proxies),
            Middleware(SecurityHeaders, is_secure=lambda scope: is_secure_scope(context, scope)),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(context.desk.hosts()), www_redirect=False),
        ],
    )
    app.state.live = context.live
    return app
