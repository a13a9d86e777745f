"""sources.toml → Sources, checked for sense as well as form."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from config.collection import collecting_config
from config.load import Faults, SoundTexts, read_toml, resolve
from config.rulebook import parse_gazetteer
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.polling.allowed_hours import parse_hours
from pipeline.polling.query_names import query_names
from pipeline.polling.search_queries import template_fault
from pipeline.records import Feed, Source
from pipeline.rules.rulebook import Gazetteer
from pipeline.text.urls import is_fetchable, same_site


@dataclass(frozen=True, slots=True)
class _SourcesFile:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    source: tuple[Source, ...] = ()


_SOUND = SoundTexts[tuple[Source, ...]]()


def load_sources(directory: Path | None) -> tuple[Source, ...]:
    """Read sources.toml of `directory`, or the packaged one; query feeds get their names from its places.toml.

    Where the settings name another installation that collects ([collection]), its files are read. Raises ConfigError.
    """
    directory = collecting_config(directory)
    sources = check_sources(*resolve(directory, "sources.toml"))
    if not any(feed.kind == "query" for source in sources for feed in source.feeds):
        return sources
    gazetteer = parse_gazetteer(*resolve(directory, "places.toml"))
    return tuple(replace(s, feeds=tuple(_with_names(feed, s, gazetteer) for feed in s.feeds)) for s in sources)


def _with_names(feed: Feed, source: Source, gazetteer: Gazetteer) -> Feed:
    if feed.kind != "query" or feed.terms:
        return feed
    return replace(feed, terms=query_names(gazetteer, feed.language or source.languages[0]))


def check_sources(name: str, text: str) -> tuple[Source, ...]:
    """Return the sources in the text of a sources.toml; `name` is the file's name in faults. Raises ConfigError."""
    if (known := _SOUND.get(text)) is not None:
        return known
    file, faults = read_toml(text, _SourcesFile, name=name)
    sources = file.source
    numbers: dict[str, int] = {}
    owners: dict[str, str] = {}
    for n, source in enumerate(sources):
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", source.id):
            faults.add(
                ("source", n, "id"), mark("small letters, digits, '_' and '-' only, found {found!r}"), found=source.id
            )
        if source.id in numbers:
            faults.add(
                ("source", n, "id"),
                mark("{name!r} is used twice (also source[{number}])"),
                name=source.id,
                number=numbers[source.id],
            )
        numbers.setdefault(source.id, n)
        _check_source(source, n, owners, faults)
    faults.raise_any()
    _SOUND.add(text, sources)
    return sources


def _check_source(source: Source, n: int, owners: dict[str, str], faults: Faults) -> None:
    """Add the faults of the source number `n`; `owners` maps addresses of feeds to the ids of their sources."""
    for key, url in (("home", source.home), *(("feeds", feed.url) for feed in source.feeds)):
        if is_fetchable(url) and "@" in urlsplit(url).netloc:
            # The only fault reported of this source, because others would repeat the address with the password.
            faults.add(
                ("source", n, key), mark("an address with a login in it: let `login` name the secret that holds it")
            )
            return
    if not is_fetchable(source.home):
        faults.add(("source", n, "home"), mark("no http(s) address: {found!r}"), found=source.home)
    if source.enabled and not source.feeds:
        faults.add(("source", n, "feeds"), mark("is empty: an enabled source needs at least one feed"))
    for m, feed in enumerate(source.feeds):
        _check_feed(feed, source, ("source", n, "feeds", m), owners, faults)
    if source.login and not re.fullmatch(r"[A-Z][A-Z0-9_]*", source.login):
        faults.add(
            ("source", n, "login"), mark("the name of a secret that holds NAME:PASSWORD, e.g. DIEMBAO_LOGIN_BAO")
        )
    _check_patterns(source, n, faults)
    _check_labels(source, n, faults)


def _check_feed(feed: Feed, source: Source, at: tuple[str | int, ...], owners: dict[str, str], faults: Faults) -> None:
    if not is_fetchable(feed.url):
        faults.add((*at, "url"), mark("no http(s) address: {found!r}"), found=feed.url)
    elif is_fetchable(source.home) and not _is_own_site(source, feed.url):
        faults.add(
            (*at, "url"),
            mark("another site than home {home} (or `domains`): {found}"),
            home=source.home,
            found=feed.url,
        )
    if feed.url in owners:
        faults.add((*at, "url"), mark("{url} is already a feed of {owner!r}"), url=feed.url, owner=owners[feed.url])
    owners.setdefault(feed.url, source.id)
    if feed.links is not None:
        faults.try_((*at, "links"), _compile_selector, feed.links)
    if feed.kind == "query" and (fault := template_fault(feed.url)):
        faults.add((*at, "url"), fault)
    for key in ("terms", "language", "per_answer"):
        if feed.kind != "query" and getattr(feed, key):
            faults.add(
                (*at, key), mark("is for feeds of kind 'query' only, found one of kind {found!r}"), found=feed.kind
            )


def _check_patterns(source: Source, n: int, faults: Faults) -> None:
    """Add faults of regular expressions, hours and CSS selectors."""
    if source.article_url is not None:
        faults.try_(("source", n, "article_url"), re.compile, source.article_url)
    faults.try_(("source", n, "hours"), parse_hours, source.hours)
    for key in ("title", "lead", "text", "authors", "section", "published"):
        if css := getattr(source.selectors, key):
            faults.try_(("source", n, "selectors", key), _compile_selector, css)
    for css in source.selectors.drop:
        faults.try_(("source", n, "selectors", "drop"), _compile_selector, css)


def _check_labels(source: Source, n: int, faults: Faults) -> None:
    """Add faults of country and languages."""
    if not re.fullmatch(r"[A-Z]{2}", source.country):
        faults.add(
            ("source", n, "country"), mark("two capital letters (ISO 3166-1), found {found!r}"), found=source.country
        )
    if not source.languages:
        faults.add(("source", n, "languages"), mark("is empty: name at least one"))
    for language in (*source.languages, *(feed.language for feed in source.feeds if feed.language)):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", language):
            faults.add(("source", n, "languages"), mark("no language tag (BCP 47): {found!r}"), found=language)


def _compile_selector(css: str) -> object:
    import soupsieve  # Takes a tenth of the time of most commands, which read no sources.

    try:
        return soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(Message(mark("no valid CSS selector (character {column})"), column=error.col)) from error


def _is_own_site(source: Source, url: str) -> bool:
    return any(same_site(url, site) for site in (source.home, *(f"https://{d}/" for d in source.domains)))
