"""click's own words ("Usage:", "Missing argument", names of types) in the language of the run.

click asks the standard library's gettext, which goes by LANG and LANGUAGE of the machine and cannot be told another
language later. So the names `_` and `ngettext` of its modules are bound to our catalogue `click.po`, in this process
only: neither other users of gettext nor child processes see a change.
"""

import re
import sys

from pipeline.i18n.catalogs import find_code, translate_click

#: Names of kinds of files, which click looks up when a command is declared, before a language is chosen
_KINDS = frozenset(["file", "directory", "path"])
#: A word of a metavar, e.g. ITEM and FILE of "ITEM|FILE.jsonl", or one of click's names of two words
_METAVAR_WORD = re.compile(r"(?:INTEGER|FLOAT) RANGE|[A-Z]{2,}")


class _Words(str):
    """A message of click; the names of types and kinds of files among its fields are translated as it is filled in."""

    __slots__ = ()

    def format(self, *args: object, **fields: object) -> str:
        return str.format(self, *args, **{name: _field(self, name, value) for name, value in fields.items()})


def _field(message: str, name: str, value: object) -> object:
    if isinstance(value, str) and (name == "number_type" or (name == "name" and "{filename" in message)):
        words = translate_click(value.lower())
        return words.capitalize() if value[:1].isupper() else words
    return value


def _gettext(message: str) -> str:
    return message if message in _KINDS else _Words(translate_click(message))


def _ngettext(message: str, plural: str, n: int) -> str:
    return _Words(translate_click(message, plural, n))


def bind_click() -> None:
    """Let the modules of click that are read in take their words from our catalogue."""
    import gettext

    own: dict[object, object] = {gettext.gettext: _gettext, gettext.ngettext: _ngettext}
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == "click":
            for word in ("_", "ngettext"):
                if (function := own.get(getattr(module, word, None))) is not None:
                    setattr(module, word, function)


def translate_metavar(metavar: str) -> str:
    """Return what stands for a value ("FILE.jsonl", "[OPTIONS]") in the language of the context, word by word."""
    return _METAVAR_WORD.sub(lambda match: find_code("metavar", match[0]) or match[0], metavar)
