"""Scripts, styles and pictures of the desk, under addresses that change with them."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

_KINDS = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
)
#: The address holds the content's hash, so that a file under it never changes: a year.
_LASTING = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    """Return name → (type, content) of every file of the folder `static`."""
    found = {}
    for file in sorted((files("diembao.web") / "static").iterdir(), key=lambda file: file.name):
        suffix = "." + file.name.rpartition(".")[2]
        if suffix in _KINDS:
            found[file.name] = _KINDS[suffix], file.read_bytes()
    return found


@cache
def _stamp() -> str:
    """Return a hash of all files: of a module and of those that it imports by a relative address."""
    digest = sha256()
    for name, (_, content) in _files().items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def static_url(name: str) -> str:
    """Return the address of a file of the folder `static`. Raises KeyError where there is none of that name."""
    if name not in _files():
        raise KeyError(name)
    return f"/static/{_stamp()}/{name}"


def serve_static(request: Request) -> Response:
    """Answer /static/{stamp}/{name}; a file of another version of the program is given without being kept."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return Response("404\n", 404, media_type="text/plain")
    kind, content = found
    caching = _LASTING if request.path_params["stamp"] == _stamp() else "no-store"
    return Response(content, media_type=kind, headers={"Cache-Control": caching})


def serve_favicon(_request: Request) -> Response:
    kind, content = _files()["favicon.svg"]
    return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})
