"""English messages and codes → the words of a language, from the catalogues in `locales/`.

A message is its English text (msgid). A code (a reason, a state, the name of a label) has a context (msgctxt) and is
in both catalogues. Parameters are named fields: `translate("{count} articles", count=3)`.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from pipeline.i18n.language import Language, current_language

#: names of the catalogues' files: our own messages, those of click, and the comments of the packaged configuration
DOMAIN, CLICK_DOMAIN, CONFIG_DOMAIN = "diembao", "click", "config"


def translate(message: str, /, *, language: Language | None = None, **parameters: object) -> str:
    """Return a message in `language` (default: that of this context), its named fields filled in."""
    text = catalog(language or current_language()).gettext(message)
    return text.format(**parameters) if parameters else text


def translate_code(context: str, code: str, /, *, language: Language | None = None, **parameters: object) -> str:
    """Return the words for a code of a context, its named fields filled in; the code itself where there are none."""
    text = find_code(context, code, language=language)
    if text is None:
        return code
    return text.format(**parameters) if parameters else text


def find_code(context: str, code: str, /, *, language: Language | None = None) -> str | None:
    """Return the words for a code of a context, named fields not filled in; None if the catalogue has none."""
    try:
        # gettext takes an empty msgid for the header of the catalogue.
        return catalog(language or current_language()).pgettext(context, code) if code else None
    except LookupError:
        return None


def mark(message: str) -> str:
    """Return the message unchanged: it is translated later, and the extractor must see it here."""
    return message


class _NoCode(NullTranslations):
    """The end of a catalogue's fallbacks: unlike gettext, it tells a missing code from one whose words equal it."""

    def pgettext(self, context: str, message: str) -> str:
        raise LookupError(f"{context}: {message}")


def translate_click(message: str, plural: str = "", n: int = 1) -> str:
    """Return one of click's own messages, its fields not filled in, in the language of the context.

    A message without a translation is returned in English, as is every message in English.
    """
    if current_language() == "en":
        return plural if plural and n != 1 else message
    words = catalog(current_language(), CLICK_DOMAIN)
    return words.ngettext(message, plural, n) if plural else words.gettext(message)


def translate_comment(text: str) -> str:
    """Return a comment of a configuration file in the language of the context; in English where it has no entry."""
    # gettext takes an empty msgid for the header of the catalogue.
    return catalog(current_language(), CONFIG_DOMAIN).gettext(text) if text and current_language() != "en" else text


@cache
def catalog(language: Language, domain: str = DOMAIN) -> GNUTranslations:
    """Return a catalogue of a language; its `pgettext` raises LookupError for a code that is not in it.

    In a source tree a catalogue that is newer than its compiled file is compiled in memory.
    """
    folder = Path(__file__).parent / "locales" / language / "LC_MESSAGES"
    compiled, source = folder / f"{domain}.mo", folder / f"{domain}.po"
    if source.is_file() and not (compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime):
        translations = GNUTranslations(BytesIO(_compile(source.read_bytes())))
    else:
        with compiled.open("rb") as stream:
            translations = GNUTranslations(stream)
    translations.add_fallback(_NoCode())
    return translations


def _compile(source: bytes) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    stream = BytesIO()
    write_mo(stream, read_po(BytesIO(source)))
    return stream.getvalue()
