"""Translations of a digest's articles → first lines, excerpts and marks, as a reader of its language is shown them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from analysis.digest.excerpt import LIMIT, excerpt, visible
from analysis.documents.blocks import Block, Heading, Paragraph, Run, Runs
from analysis.documents.labels import Labels
from pipeline.records import Item
from pipeline.records.translations import Engine, ItemTranslation, TextPart, TranslatedText

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Translations:
    """Articles of a digest in its reader's language, and what its notes say of translating."""

    #: by key of the article
    of_items: Mapping[str, ItemTranslation] = field(default_factory=dict)
    #: whether an engine is configured: an article without its translation is then marked as not translated
    engine: bool = False
    #: languages from which it translates (BCP 47, without region); empty: from all
    languages: tuple[str, ...] = ()
    #: sentences for the notes, such as that texts leave the house
    notes: tuple[str, ...] = ()

    def title(self, key: str) -> TranslatedText | None:
        """Return the translated title of an article; None without one."""
        return self._part(key, "title")

    def excerpt(self, key: str) -> TranslatedText | None:
        """Return the translated excerpt of an article, else its lead; None without either."""
        return self._part(key, "excerpt") or self._part(key, "lead")

    def awaits(self, language: str) -> bool:
        """Whether the engine is to translate a text in a language (BCP 47)."""
        return self.engine and (not self.languages or language.split("-")[0] in self.languages)

    def _part(self, key: str, part: TextPart) -> TranslatedText | None:
        text = self.of_items[key].texts.get(part) if key in self.of_items else None
        return text if text is not None and visible(text.text) else None


#: Of a digest without translations, and without an engine.
UNTRANSLATED = Translations()


@dataclass(frozen=True, slots=True)
class FirstLine:
    """What a reader sees first of an article. Texts are on one line, to be shown as text."""

    #: the title, in the reader's language where it is translated
    title: str
    #: language of `title` (BCP 47); '': that of the digest, or not known
    language: str = ""
    #: 'máy dịch', or that a person corrected it; '': the title is the original
    mark: str = ""
    #: the title as printed, where `title` is its translation; '': it is the original
    original: str = ""
    #: language of `original`
    original_language: str = ""
    #: what is known of an article in a foreign language without a translated title; '': there is one, or none is needed
    known: str = ""
    #: that an engine has not translated it yet, in brackets; '': it has, or there is none
    waiting: str = ""

    @property
    def data(self) -> str:
        """The whole line from data."""
        return f"{self.known}{self.waiting}"


class TranslationWords:
    """The first lines and marks in one language."""

    def __init__(self, translations: Translations, words: Labels, data_line: Callable[[Item], str]) -> None:
        """`data_line` returns what is known of an article from its data, in the language of `words`."""
        self._translations, self._words, self._data_line = translations, words, data_line

    def is_foreign(self, item: Item) -> bool:
        """Whether a reader of this digest may be unable to read an article: its readers all read Vietnamese."""
        return item.language.split("-")[0] not in ("", "vi", self._words.lang)

    def first_line(self, item: Item) -> FirstLine:
        """Return the first line of an article: its translated title, else its title with the line from data."""
        title = visible(item.article.title) or self._words.say("untitled")
        if not self.is_foreign(item):
            return FirstLine(title, self.tag(item))
        translated = self._translations.title(item.key)
        if translated is not None:
            return FirstLine(visible(translated.text), "", self.mark(translated), title, self.tag(item))
        known = visible(self._data_line(item)).rstrip(".")
        waiting = f" ({self._words.say('untranslated')})" if self._translations.awaits(item.language) else ""
        return FirstLine(title, self.tag(item), known=known, waiting=waiting)

    def tag(self, item: Item) -> str:
        """Return the language of an article for a document in this one; '' for this one or an unusable tag."""
        language = item.language if _LANGUAGE_TAG.fullmatch(item.language) else ""
        return "" if language == self._words.lang else language

    def headline(self, item: Item) -> str:
        """Return the title of an article as a list names it: translated, with its mark, where it can be."""
        line = self.first_line(item)
        return f"{line.title} ({line.mark})" if line.mark else line.title

    def runs(self, item: Item, *, link: str | None = None, bold: bool = False, original: bool = False) -> Runs:
        """Return the first line for a list: title and mark, or line from data and title.

        With `original` a translated title is followed by the one as printed, which then holds the link.
        """
        line = self.first_line(item)
        before = (Run(f"{line.data}: ", bold=bold),) if line.data else ()
        if not line.mark:
            return *before, Run(line.title, bold=bold, link=link, language=line.language)
        shown = Run(line.title, bold=bold, link=None if original else link), Run(f" ({line.mark})", italic=True)
        if not original:
            return shown
        return *shown, Run(" · "), Run(line.original, link=link, language=line.original_language)

    def heading_blocks(self, item: Item, link: str | None) -> Iterator[Block]:
        """Yield what a reader understands first, as a heading, and the title as printed, which holds the link."""
        line = self.first_line(item)
        if line.data:
            yield Heading(2, (Run(line.data, bold=True),))
            yield Paragraph((Run(line.title, bold=True, link=link, language=line.language),), "meta")
        elif line.mark:
            yield Heading(2, (Run(line.title, bold=True), Run(f" ({line.mark})", italic=True)))
            yield Paragraph((Run(line.original, link=link, language=line.original_language),), "meta")
        else:
            yield Heading(2, (Run(line.title, bold=True, link=link, language=line.language),))

    def excerpt_blocks(self, item: Item) -> Iterator[Block]:
        """Yield the excerpt: its translation first, then as printed, with what translated title and excerpt."""
        pieces = tuple(Run(p.text, marked=p.marked, language=self.tag(item)) for p in excerpt(item))
        text, credit = self.excerpt(item), self.credit(item)
        credit = f"{credit[:1].upper()}{credit[1:]}. " if credit else ""
        if text:
            yield Paragraph((Run(text),), "excerpt")
        elif pieces:
            yield Paragraph(pieces, "excerpt")
        original = (Run(f"{self.original(item)}: "), *pieces) if text and pieces else ()
        if credit or original:
            yield Paragraph((Run(credit, italic=True), *original), "small")

    def excerpt(self, item: Item) -> str:
        """Return the translated excerpt of an article, at most 300 characters of it; '' without one."""
        part = self._excerpt(item)
        return "" if part is None else visible(part.text, LIMIT)

    def lead(self, item: Item, most: int) -> str:
        """Return the beginning of the translated excerpt, at most so many characters; '' without one."""
        part = self._excerpt(item)
        return "" if part is None else visible(part.text, most)

    def _excerpt(self, item: Item) -> TranslatedText | None:
        return self._translations.excerpt(item.key) if self.is_foreign(item) else None

    def mark(self, part: TranslatedText) -> str:
        """See `translation_mark`."""
        return translation_mark(part, self._words)

    def credit(self, item: Item) -> str:
        """Return what translated the texts of an article that are shown, with model and version; '' for none."""
        if not self.is_foreign(item):
            return ""
        title, excerpt = self._translations.title(item.key), self._excerpt(item)
        named = [self._credit(part) for part in (title, excerpt) if part is not None]
        if len(set(named)) < 2:
            return named[0] if named else ""
        return self._words.say("translations_differ", title=named[0], excerpt=named[1])

    def _credit(self, part: TranslatedText) -> str:
        mark = self.mark(part)
        return f"{mark}: {engine_words(part.engine, self._words)}" if part.engine is not None else mark

    def original(self, item: Item) -> str:
        """Return the heading of the original excerpt, with its language."""
        language = self._words.language(item.language)
        # CLDR writes 'Tiếng Nhật', which begins a sentence.
        language = f"{language[:1].lower()}{language[1:]}" if self._words.lang == "vi" else language
        return self._words.say("original_text", language=language)

    def notes(self) -> list[str]:
        """Return the sentences for the notes: what translated, and whether texts leave the house for it."""
        parts = [part for one in self._translations.of_items.values() for part in one.texts.values()]
        engines = {part.engine for part in parts if part.engine is not None}
        named = sorted(engine_words(engine, self._words) for engine in engines)
        notes = [self._words.say("method_translated", engines="; ".join(named))] if named else []
        if any(part.engine is None for part in parts):
            notes.append(self._words.say("method_corrected"))
        return [*notes, *map(visible, self._translations.notes)]


def translation_mark(part: TranslatedText, words: Labels) -> str:
    """Return that a text is a machine's translation, or one that a person corrected, whom nobody outside names."""
    return words.say("machine_translation" if part.engine is not None else "corrected_translation")


def engine_words(engine: Engine, words: Labels) -> str:
    """Return an engine with model and version: 'qwen2.5-7b, bản 2024-09 (openai)'."""
    model = visible(engine.model) or engine.backend
    version = f", {words.say('engine_version', version=visible(engine.version))}" if engine.version else ""
    return f"{model}{version} ({engine.backend})"
