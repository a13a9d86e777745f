"""press/*.toml → the outlets of the sample press and the articles they print."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

HANOI = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Gold:
    """The correct labels of an article: `relevance` is main, mention or no."""

    relevance: str
    topics: tuple[str, ...]
    tone: str


@dataclass(frozen=True, slots=True)
class Version:
    """An edit of an article; None leaves that part as it was."""

    title: str | None = None
    lead: str | None = None
    paragraphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its newsroom has it.

    `hours_before` is hours of publication before the press's `now` (negative: in the future; None: undated).
    `kind` says how the address behaves: page, paywall (two paragraphs only), gone (listed, answers 404),
    shell (text needs JavaScript), internal (under a folder robots.txt forbids), moved (listed at an old
    address, 301), tracked (listed behind a 302).
    `listed` is how often a feed lists it.
    """

    outlet: str
    slug: str
    language: str
    section: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    hours_before: float | None
    authors: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    credit: str = ""
    kind: str = "page"
    listed: int = 1
    reprint_of: str = ""
    versions: tuple[Version, ...] = ()
    gold: Gold | None = None

    @property
    def key(self) -> str:
        return f"{self.outlet}/{self.slug}"

    @property
    def number(self) -> int:
        """Number of six or seven digits in the address, the same on every start."""
        return 100_000 + crc32(self.key.encode()) % 9_000_000

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in (self.lead, *self.paragraphs) if part)

    def published(self, now: datetime) -> datetime | None:
        """Return the time of publication to the minute, in Vietnamese time; None: undated."""
        if self.hours_before is None:
            return None
        at = now.astimezone(HANOI) - timedelta(hours=self.hours_before)
        return at.replace(second=0, microsecond=0)

    def edited(self, version: Version) -> "Article":
        """Return the article after an edit by its newsroom."""
        return replace(
            self,
            title=version.title or self.title,
            lead=self.lead if version.lead is None else version.lead,
            paragraphs=version.paragraphs or self.paragraphs,
            versions=self.versions[1:],
        )


@dataclass(frozen=True, slots=True)
class FeedOffer:
    """How an outlet announces its articles.

    `kind` is feed, sitemap or listing. `form` is how it is written: summary, utm (tracking parameters in links),
    full (content:encoded), titles, malformed, error (HTML instead), atom, index, page. `css` finds the links of
    a listing; `section` and `language` narrow what is announced ('' is everything).
    """

    path: str
    kind: str
    form: str
    language: str = ""
    section: str = ""
    css: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented newspaper or agency.

    `path` is the pattern of its article addresses. `state` is up, slow or dead. `validators` is whether
    article pages carry ETag and Last-Modified. `reading` holds CSS selectors by what they find.
    """

    id: str
    name: str
    country: str
    category: str
    languages: tuple[str, ...]
    layout: str
    path: str
    slogan: str
    offers: tuple[FeedOffer, ...]
    state: str = "up"
    validators: bool = True
    robots: str = ""
    reading: Mapping[str, str] = field(default_factory=dict)
    articles: tuple[Article, ...] = ()


@cache
def outlets() -> tuple[Outlet, ...]:
    """Return every outlet with its articles; reprints get the text of the article they repeat."""
    folder = files("diembao.demo").joinpath("press")
    texts = [
        entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml")
    ]
    tables = [tomllib.loads(text) for text in texts]
    printed: dict[str, list[Article]] = {}
    for table in tables:
        for raw in table.get("article", []):
            article = _article(raw, table["outlet"])
            printed.setdefault(article.outlet, []).append(article)
    by_key = {article.key: article for articles in printed.values() for article in articles}
    cuts = {
        f"{table['outlet']['id']}/{raw['slug']}": raw.get("keep")
        for table in tables
        for raw in table.get("article", [])
    }
    return tuple(
        _outlet(
            table["outlet"],
            tuple(
                _repeat(article, by_key[article.reprint_of], cuts[article.key])
                if article.reprint_of and not article.paragraphs
                else article
                for article in printed.get(table["outlet"]["id"], [])
            ),
        )
        for table in tables
    )


def articles() -> tuple[Article, ...]:
    """Return every article of every outlet."""
    return tuple(article for outlet in outlets() for article in outlet.articles)


def _outlet(raw: dict[str, Any], printed: tuple[Article, ...]) -> Outlet:
    fields = {key: value for key, value in raw.items() if key not in {"offers", "languages", "section"}}
    return Outlet(
        **fields,
        languages=tuple(raw["languages"]),
        articles=printed,
        offers=tuple(FeedOffer(**offer) for offer in raw["offers"]),
    )


def _article(raw: dict[str, Any], outlet: dict[str, Any]) -> Article:
    fields = {
        key: value
        for key, value in raw.items()
        if key not in {"body", "gold", "versions", "lang", "authors", "captions", "keep", "undated"}
    }
    gold = raw.get("gold")
    return Article(
        outlet=outlet["id"],
        language=raw.get("lang", outlet["languages"][0]),
        hours_before=None if raw.get("undated") else fields.pop("hours_before"),
        section=fields.pop("section", outlet.get("section", "")),
        lead=fields.pop("lead", ""),
        paragraphs=_paragraphs(raw.get("body", "")),
        authors=tuple(raw.get("authors", ())),
        captions=tuple(raw.get("captions", ())),
        versions=tuple(_version(version) for version in raw.get("versions", ())),
        gold=Gold(gold["relevance"], tuple(gold["topics"]), gold["tone"]) if gold else None,
        **fields,
    )


def _version(raw: dict[str, str]) -> Version:
    return Version(raw.get("title"), raw.get("lead"), _paragraphs(raw.get("body", "")) or None)


def _repeat(reprint: Article, original: Article, keep: list[int] | None) -> Article:
    """Return `reprint` with these paragraphs of `original` (None: all), and its lead unless it has its own."""
    paragraphs = original.paragraphs if keep is None else tuple(original.paragraphs[place] for place in keep)
    return replace(
        reprint, lead=reprint.lead or original.lead, paragraphs=paragraphs, gold=reprint.gold or original.gold
    )


def _paragraphs(body: str) -> tuple[str, ...]:
    """Return paragraphs: they are separated by empty lines, and single line breaks count as spaces."""
    return tuple(" ".join(part.split()) for part in body.split("\n\n") if part.strip())
