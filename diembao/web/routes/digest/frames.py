"""Documents of a digest as answers: shown in a sandboxed frame of the desk, or saved as a file."""

from pathlib import PurePath

from starlette.responses import Response

#: Suffix of a file → its type
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
#: A page of a digest has its style within, no script, and pictures inlined; only the desk may frame it, and it has no
#: origin of its own.
_FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def document(name: str, body: bytes) -> Response:
    """Return a file of a digest: a page to be framed, any other to be saved under its name."""
    suffix = PurePath(name).suffix
    headers = dict(_FRAMED)
    if suffix != ".html":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(body, media_type=_TYPES.get(suffix, "application/octet-stream"), headers=headers)
