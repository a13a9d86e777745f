"""Texts of articles in the reader's language: by an engine, or as a person put them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.records.tags import VerdictReason

#: Texts of an article that are translated, each by itself; the whole text only where a person asks for it.
TextPart = Literal["title", "lead", "excerpt", "text"]


@dataclass(frozen=True, slots=True)
class Engine:
    """What translates: a backend, its model and the version of that model. Another of them translates anew."""

    #: 'openai', 'libretranslate' or 'ctranslate2'
    backend: str
    model: str
    #: as the server or the model's files tell it; '': not told
    version: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """One text as an engine translated it, or why what it gave is not shown."""

    #: SHA-256 of the original text, hex
    sha256: str
    #: language of the original and of the translation (BCP 47, without region)
    source: str
    target: str
    engine: Engine
    #: what is shown; '' where a guard refused it
    text: str
    #: None: shown; else the guard's reason, of which pipeline.translation makes the sentence
    refusal: VerdictReason | None
    #: aware
    at: datetime


@dataclass(frozen=True, slots=True)
class TranslationCorrection:
    """A text as a person put it into the reader's language; it outranks every engine."""

    #: SHA-256 of the original text, hex
    sha256: str
    source: str
    target: str
    text: str
    who: str
    #: aware
    at: datetime


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A term of a foreign language and what a person wants it called."""

    language: str
    term: str
    translation: str
    who: str
    #: aware
    at: datetime


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """A text of an article in the reader's language, beside which the original stays."""

    text: str
    #: None: a person's, see `who`
    engine: Engine | None
    #: who put it so; '': the engine
    who: str
    #: aware
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemTranslation:
    """What a reader is shown of one article in her language; parts that are missing stay in the original."""

    #: language of the original (BCP 47, without region)
    source: str
    texts: Mapping[TextPart, TranslatedText] = field(default_factory=dict)
    #: why what an engine gave for a part is not shown
    refusals: Mapping[TextPart, VerdictReason] = field(default_factory=dict)
