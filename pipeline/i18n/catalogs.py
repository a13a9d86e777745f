"""English messages and codes → the words of a language, from the catalogues in `locales/`.

A message is its English text (msgid); a code (a reason, a state, the name of a label) has a context (msgctxt) and
stands in both catalogues. Parameters are named fields: `translate("{count} articles", count=3)`.
"""

from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from pipeline.i18n.language import Language, current_language

#: name of the catalogues' files
DOMAIN = "diembao"


def translate(message: str, /, *, language: Language | None = None, **parameters: object) -> str:
    """Return a message in `language` (default: that of this context), its named fields filled in."""
    text = catalog(language or current_language()).gettext(message)
    return text.format(**parameters) if parameters else text


def translate_code(context: str, code: str, /, *, language: Language | None = None, **parameters: object) -> str:
    """Return the words for a code of a context, its named fields filled in; the code itself where there are none."""
    text = catalog(language or current_language()).pgettext(context, code)
    return text.format(**parameters) if parameters else text


def mark(message: str) -> str:
    """Return the message unchanged: it is translated later, and the extractor must see it here."""
    return message


@cache
def catalog(language: Language) -> GNUTranslations:
    """Return the catalogue of a language.

    In a source tree a catalogue that is newer than its compiled file is compiled in memory.
    """
    folder = files("pipeline.i18n") / "locales" / language / "LC_MESSAGES"
    compiled, source = folder / f"{DOMAIN}.mo", folder / f"{DOMAIN}.po"
    if source.is_file() and not (compiled.is_file() and _modified(compiled) >= _modified(source)):
        return GNUTranslations(BytesIO(_compile(source.read_bytes())))
    with compiled.open("rb") as stream:
        return GNUTranslations(stream)


def _modified(path: object) -> float:
    from pathlib import Path

    return Path(str(path)).stat().st_mtime


def _compile(source: bytes) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    stream = BytesIO()
    write_mo(stream, read_po(BytesIO(source)))
    return stream.getvalue()
