"""Who asks, and by which scheme: the connection itself, or what a trusted proxy says of it."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class TrustedProxies:
    """ASGI: puts the client's address and scheme into the scope; X-Forwarded-* of anybody else count for nothing."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._networks = tuple(ip_network(proxy) for proxy in proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_trusted((scope.get("client") or ("", 0))[0]):
            headers = Headers(scope=scope)
            scope = {**scope, "client": (self._client(scope, headers), 0)}
            scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
            if scheme in ("http", "https"):
                scope["scheme"] = scheme
        await self._app(scope, receive, send)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def _client(self, scope: Scope, headers: Headers) -> str:
        """Return the last address of X-Forwarded-For that no trusted proxy has: those before it may be invented."""
        passed = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for address in (one.strip() for one in reversed(passed)):
            try:
                ip_address(address)
            except ValueError:
                break
            if not self._is_trusted(address):
                return address
        return str(scope["client"][0])
