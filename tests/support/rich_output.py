"""Tables and panels of a terminal → their text."""

from io import StringIO

from rich.console import Console, RenderableType


def shown(what: RenderableType) -> str:
    """Return what a wide terminal shows."""
    stream = StringIO()
    Console(file=stream, width=250).print(what)
    return stream.getvalue()
