"""settings.toml, sources.toml → Settings, Sources, checked for sense as well as form."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.documents import DocumentSettings, SendingSettings, faults_in
from config.load import ConfigError, Fault, line_of, parse_toml, resolve
from pipeline.polling.allowed_hours import parse_hours
from pipeline.polling.query_names import query_names
from pipeline.polling.search_queries import template_fault
from pipeline.records import CrawlSettings, Feed, Source
from pipeline.rules.rulebook import Gazetteer
from pipeline.text.urls import is_fetchable, same_site

_FORBID = {"extra": "forbid"}
#: What a source usually gives is taken from the last 28 days (analysis.anomalies.source_flags).
_LEAST_DAYS = 29


@dataclass(frozen=True, slots=True)
class Province:
    """Whose press review this is, as it stands in the head of a digest."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    name_en: str
    #: line below the name, e.g. the province it has belonged to since a reform; may be empty
    note: str = ""
    note_en: str = ""
    #: IANA name of the zone in which a day begins and ends
    time_zone: str = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Peer:
    """A province whose headlines are counted beside our own, for the share of voice of a periodic report."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    #: other ways in which headlines write it
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestSettings:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: local time, HH:MM: the digest of a day covers the 24 hours before it
    cutoff: str = "06:00"
    #: hours before the period within which an item that was found late still counts as news
    late_hours: int = 48
    #: 'vi' or 'en'
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: processes that examine documents at once; 0: one per processor
    workers: int = 0
    #: documents handed to a process at a time
    batch: int = 16
    #: whether to extract pages that the gate (pipeline.prefilter.gate) finds no name of the province in; if not, only
    #: their title and day are kept, which is all that share of voice needs, at a small part of the cost
    read_all: bool = True
    #: seconds after which a batch that does not come back is given up as unreadable, per document in it
    seconds_per_document: float = 30.0


@dataclass(frozen=True, slots=True)
class StorageSettings:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: SQLAlchemy address without a password, e.g. postgresql://diembao@db.example/diembao; '': SQLite in the home
    database: str = ""


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """Days after which `diembao retention --apply` takes something away; 0: never."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: stored pages that are not about the province, or cannot be read
    irrelevant_pages_days: int = 30
    #: stored pages about the province; their texts stay
    coverage_pages_days: int = 730
    #: polls and fetches one by one; their sums by source and day stay
    attempts_days: int = 365
    #: all but title, date, outlet, language and address of articles that are not about the province
    irrelevant_texts_days: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    province: Province
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    process: ProcessSettings = field(default_factory=ProcessSettings)
    digest: DigestSettings = field(default_factory=DigestSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    document: DocumentSettings = field(default_factory=DocumentSettings)
    sending: SendingSettings = field(default_factory=SendingSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    peer: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True)
class _SourcesFile:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    source: tuple[Source, ...] = ()


def load_settings(directory: Path | None) -> Settings:
    """Read settings.toml of `directory`, or the packaged one. Raises ConfigError."""
    name, text = resolve(directory, "settings.toml")
    settings = parse_toml(text, Settings, name=name)
    faults = Faults(name, text)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.digest.cutoff):
        faults.add(("digest", "cutoff"), f"not a time of day as HH:MM: {settings.digest.cutoff!r}")
    if settings.digest.language not in ("vi", "en"):
        faults.add(("digest", "language"), f"'vi' or 'en', found {settings.digest.language!r}")
    try:
        ZoneInfo(settings.province.time_zone)
    except (KeyError, ValueError, OSError):
        faults.add(("province", "time_zone"), f"no such time zone: {settings.province.time_zone!r}")
    if re.search(r"://[^/@]*:[^/@]+@", settings.storage.database):
        faults.add(
            ("storage", "database"),
            "holds a password: leave it out and give it in $PGPASSWORD or ~/.pgpass, or the whole address in "
            "$DIEMBAO_DATABASE",
        )
    for key in (
        "delay_seconds",
        "timeout_seconds",
        "concurrent_requests",
        "max_page_bytes",
        "max_feed_bytes",
    ):
        if (value := getattr(settings.crawl, key)) < (0 if key == "delay_seconds" else 1):
            faults.add(("crawl", key), f"too small: {value}")
    for name in ("irrelevant_pages_days", "coverage_pages_days", "attempts_days", "irrelevant_texts_days"):
        if 0 < (days := getattr(settings.retention, name)) < _LEAST_DAYS or days < 0:
            faults.add(("retention", name), f"at least {_LEAST_DAYS} days, or 0 for ever, found {days}")
    own = {settings.province.name}
    for n, peer in enumerate(settings.peer):
        for written in (peer.name, *peer.also):
            if not any(c.isalnum() for c in written) or '"' in written:
                faults.add(("peer", n, "name"), f"no name that a headline could hold: {written!r}")
        if peer.name in own:
            faults.add(("peer", n, "name"), f"stands here twice, or is the province itself: {peer.name!r}")
        own.add(peer.name)
    for loc, message in faults_in(settings.document, settings.sending):
        faults.add(loc, message)
    faults.raise_any()
    return settings


def load_sources(directory: Path | None) -> tuple[Source, ...]:
    """Read sources.toml of `directory`, or the packaged one; query feeds get their names from its places.toml.

    Raises ConfigError.
    """
    sources = check_sources(*resolve(directory, "sources.toml"))
    if not any(feed.kind == "query" for source in sources for feed in source.feeds):
        return sources
    name, text = resolve(directory, "places.toml")
    gazetteer = parse_toml(text, Gazetteer, name=name)
    return tuple(replace(s, feeds=tuple(_with_names(feed, s, gazetteer) for feed in s.feeds)) for s in sources)


def _with_names(feed: Feed, source: Source, gazetteer: Gazetteer) -> Feed:
    if feed.kind != "query" or feed.terms:
        return feed
    return replace(feed, terms=query_names(gazetteer, feed.language or source.languages[0]))


def check_sources(name: str, text: str) -> tuple[Source, ...]:
    """Return the sources in the text of a sources.toml that faults call `name`. Raises ConfigError."""
    sources = parse_toml(text, _SourcesFile, name=name).source
    faults = Faults(name, text)
    ids: dict[str, int] = {}
    feeds: dict[str, str] = {}
    for n, source in enumerate(sources):
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", source.id):
            faults.add(("source", n, "id"), f"small letters, digits, '_' and '-' only, found {source.id!r}")
        if source.id in ids:
            faults.add(("source", n, "id"), f"{source.id!r} is used twice (also source[{ids[source.id]}])")
        ids.setdefault(source.id, n)
        _check_source(source, n, feeds, faults)
    faults.raise_any()
    return sources


def _check_source(source: Source, n: int, feeds: dict[str, str], faults: "Faults") -> None:
    for key, url in (("home", source.home), *(("feeds", feed.url) for feed in source.feeds)):
        if is_fetchable(url) and "@" in urlsplit(url).netloc:
            # Nothing more is said of this source: other faults would repeat the address.
            faults.add(("source", n, key), "an address with a login in it: let `login` name the secret that holds it")
            return
    if not is_fetchable(source.home):
        faults.add(("source", n, "home"), f"no http(s) address: {source.home!r}")
    if source.enabled and not source.feeds:
        faults.add(("source", n, "feeds"), "is empty: an enabled source needs at least one feed")
    for m, feed in enumerate(source.feeds):
        at = ("source", n, "feeds", m)
        if not is_fetchable(feed.url):
            faults.add((*at, "url"), f"no http(s) address: {feed.url!r}")
        elif is_fetchable(source.home) and not _is_of(source, feed.url):
            faults.add((*at, "url"), f"another site than home {source.home} (or `domains`): {feed.url}")
        if feed.url in feeds:
            faults.add((*at, "url"), f"{feed.url} is already a feed of {feeds[feed.url]!r}")
        feeds.setdefault(feed.url, source.id)
        if feed.links is not None:
            faults.try_((*at, "links"), _compile_selector, feed.links)
        if feed.kind == "query" and (fault := template_fault(feed.url)):
            faults.add((*at, "url"), fault)
        for key in ("terms", "language", "per_answer"):
            if feed.kind != "query" and getattr(feed, key):
                faults.add((*at, key), f"is for feeds of kind 'query' only, found one of kind {feed.kind!r}")
    if source.login and not re.fullmatch(r"[A-Z][A-Z0-9_]*", source.login):
        faults.add(("source", n, "login"), "the name of a secret that holds NAME:PASSWORD, e.g. DIEMBAO_LOGIN_BAO")
    if source.article_url is not None:
        faults.try_(("source", n, "article_url"), re.compile, source.article_url)
    faults.try_(("source", n, "hours"), parse_hours, source.hours)
    for key in ("title", "lead", "text", "authors", "section", "published"):
        if css := getattr(source.selectors, key):
            faults.try_(("source", n, "selectors", key), _compile_selector, css)
    for css in source.selectors.drop:
        faults.try_(("source", n, "selectors", "drop"), _compile_selector, css)
    if not re.fullmatch(r"[A-Z]{2}", source.country):
        faults.add(("source", n, "country"), f"two capital letters (ISO 3166-1), found {source.country!r}")
    if not source.languages:
        faults.add(("source", n, "languages"), "is empty: name at least one")
    for language in (*source.languages, *(feed.language for feed in source.feeds if feed.language)):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", language):
            faults.add(("source", n, "languages"), f"no language tag (BCP 47): {language!r}")


def _compile_selector(css: str) -> object:
    import soupsieve  # a tenth of the time of most commands, which read no sources

    try:
        return soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(str(error)) from error


def _is_of(source: Source, url: str) -> bool:
    return any(same_site(url, site) for site in (source.home, *(f"https://{d}/" for d in source.domains)))


class Faults:
    """Collects what is wrong in one file, so that one run tells all of it."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.found: list[Fault] = []

    def add(self, loc: Sequence[int | str], message: str) -> None:
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
        self.found.append(Fault(self.name, line_of(self.text, loc), key, message))

    def try_(self, loc: Sequence[int | str], compile_: Callable[[str], object], value: str) -> None:
        try:
            compile_(value)
        except (ValueError, re.error) as error:
            self.add(loc, str(error).splitlines()[0])

    def raise_any(self) -> None:
        if self.found:
            raise ConfigError(self.found)
