"""source check, find, learn: sources tried on the live web, found on a site, taught from stored pages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.sources_file import add_sources, allow_private_option, refusal_line, sources_by_id
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.spiders.discovered import DiscoveredFeed
    from diembao.jobs.collection.source_check import SourceCheck


@translated.command(
    help=mark("Ask these sources (default: all that are on) now and read a few pages of each; nothing is stored.")
)
@translated.argument("ids", nargs=-1, metavar="[ID...]")
@translated.option("--pages", default=3, show_default=True, type=click.IntRange(0, 50), help=mark("Pages to read."))
@pass_context
def check(app: CliContext, ids: tuple[str, ...], pages: int) -> int:
    from diembao.jobs.collection import source_check

    settings, configured, rules = app.settings(), app.sources(), app.rules()
    sources = sources_by_id(configured, ids) if ids else [s for s in configured if s.enabled]
    with app.progress() as progress:
        checks = source_check.check_sources(sources, settings.crawl, settings.process, rules, progress, sample=pages)
    at = now()
    for result in checks:
        troubles = _troubles(result, at)
        if app.as_json:
            app.print_json({"check": _row(result, troubles)})
            continue
        app.print(_line(result, at))
        for trouble in troubles:
            app.print(f"  ! {trouble}")
    empty = sum(result.gives_nothing for result in checks)
    app.print(translate("{sources} sources, {empty} give no article.", sources=len(checks), empty=empty))
    return FAILED if empty else DONE


def _line(result: SourceCheck, now: datetime) -> str:
    age = "" if result.newest is None else _age(result.newest, now)
    pages = f"{result.read}/{len(result.pages)}"
    return translate(
        "{name} ({id}): {entries} entries{age}, {pages} sample pages read",
        name=result.source.name,
        id=result.source.id,
        entries=result.entries,
        age=age,
        pages=pages,
    )


def _age(newest: datetime, now: datetime) -> str:
    hours = max(0, int((now - newest).total_seconds() // 3600))
    if hours < 48:
        return translate(", newest {hours} hours old", hours=hours)
    return translate(", newest {days} days old", days=hours // 24)


def _troubles(result: SourceCheck, now: datetime) -> list[str]:
    from diembao.jobs.collection.source_check import STALE
    from pipeline.records import Reason

    troubles: list[str] = []
    if not result.source.feeds:
        troubles.append(translate("it has no feed"))
    for poll in result.polls:
        if poll.reason is not Reason.OK:
            note = f" ({poll.note})" if poll.note else ""
            troubles.append(f"{poll.feed_url}: {translate_code('reason', poll.reason)}{note}")
        elif not poll.entries:
            troubles.append(translate("{url}: lists nothing", url=poll.feed_url))
        elif poll.note:
            troubles.append(f"{poll.feed_url}: {poll.note}")
        if poll.invalid:
            troubles.append(translate("{url}: {invalid} no link", url=poll.feed_url, invalid=poll.invalid))
    if result.newest is not None and now - result.newest > STALE:
        troubles.append(translate("nothing new for a long time"))
    for page in result.pages:
        if page.reason is not Reason.OK:
            troubles.append(f"{page.url}: {translate_code('reason', page.reason)}")
        if page.missing and page.reason in (Reason.OK, Reason.PAYWALL):
            parts = ", ".join(translate_code("page part", part) for part in page.missing)
            troubles.append(translate("{url}: lacks {parts}", url=page.url, parts=parts))
    return troubles


def _row(result: SourceCheck, troubles: list[str]) -> dict[str, object]:
    feeds = [
        {"url": p.feed_url, "reason": p.reason, "note": p.note, "entries": len(p.entries), "invalid": p.invalid}
        for p in result.polls
    ]
    return {
        "id": result.source.id,
        "name": result.source.name,
        "entries": result.entries,
        "newest": result.newest,
        "feeds": feeds,
        "pages": [dataclasses.asdict(page) for page in result.pages],
        "troubles": troubles,
    }


@translated.command(
    help=mark("Find a site's feeds, sitemaps and section page, try each, and print the [[source]] table.")
)
@translated.argument("url")
@translated.option("--write", is_flag=True, help=mark("Add it to sources.toml."))
@translated.option("--id", "id_", metavar="ID", help=mark("Its id."))
@translated.option("--name", metavar="NAME", help=mark("Its name."))
@allow_private_option
@pass_context
def find(
    app: CliContext, url: str, write: bool, id_: str | None, name: str | None, allow_private: tuple[str, ...]
) -> int:
    from config.opml import is_refused
    from config.source_editor import table_of
    from crawlers.discover import discover_feeds
    from diembao.jobs.collection.source_check import build_source
    from pipeline.records import Reason
    from pipeline.text.urls import is_fetchable, same_site

    url = url if "://" in url else f"https://{url}"
    if not is_fetchable(url):
        raise click.UsageError(translate("Not an address of http(s): {url}", url=url))
    settings = app.settings()
    known = app.sources() if write or (app.home.config / "sources.toml").exists() else ()
    if existing := next((s for s in known if same_site(s.home, url)), None):
        app.warn(translate("There is a source of this site already: {source}", source=existing.id))
    site = discover_feeds(url, settings.crawl)
    source = build_source(site, {s.id for s in known}, now())
    source = dataclasses.replace(source, id=id_ or source.id, name=name or source.name)
    if app.as_json:
        app.print_json({"find": {"site": url, "reason": site.reason, "offers": [_offer_row(o) for o in site.offers]}})
    if site.reason is not Reason.OK:
        app.warn(f"{url}: {translate_code('reason', site.reason)}" + (f" ({site.note})" if site.note else ""))
    for offer in sorted(site.offers, key=lambda o: (not o.holds, o.kind, -len(o.links))):
        # A usual address that does not exist is no news.
        if offer.how == "usual" and offer.reason is Reason.NOT_FOUND:
            continue
        app.print(_offer_line(offer, now()))
    if not source.feeds:
        app.warn(translate("Nothing was found that still gives articles."))
        return FAILED
    known_urls = {feed.url for s in known for feed in s.feeds}
    source = dataclasses.replace(source, feeds=tuple(feed for feed in source.feeds if feed.url not in known_urls))
    if not source.feeds:
        app.print(translate("Nothing new: they are asked already."))
        return DONE
    if write and (bad := [u for u in (source.home, *(f.url for f in source.feeds)) if is_refused(u, allow_private)]):
        app.warn(translate("Nothing was written:"))
        for address in dict.fromkeys(bad):
            app.warn(refusal_line(address))
        return FAILED
    if write:
        add_sources(app, [source])
    elif not app.as_json:
        app.print("")
        app.print(table_of(source))
        app.print(translate("To add it to sources.toml: --write"))
    return DONE


def _offer_line(offer: DiscoveredFeed, now: datetime) -> str:
    how = translate_code("discovery", offer.how)
    if not offer.holds:
        why = translate_code("reason", offer.reason) if offer.reason != "ok" else translate("empty")
        return f"  - {offer.kind:<8} {offer.url}: {why} [{how}]"
    age = "" if offer.newest is None else _age(offer.newest, now)
    count = translate("{links} entries{age}", links=len(offer.links), age=age)
    return f"  + {offer.kind:<8} {offer.url}: {count}, {offer.language or '?'} [{how}]"


def _offer_row(offer: DiscoveredFeed) -> dict[str, object]:
    row: dict[str, object] = {"entries": len(offer.links)}
    return row | {k: getattr(offer, k) for k in ("url", "kind", "how", "reason", "note", "newest", "language")}


@translated.command(
    help=mark("Propose CSS selectors for a source from its stored pages, to be copied into sources.toml.")
)
@translated.argument("id_", metavar="ID")
@translated.option(
    "--pages", default=20, show_default=True, type=click.IntRange(3, 200), help=mark("Pages to learn from.")
)
@pass_context
def learn(app: CliContext, id_: str, pages: int) -> int:
    from config.source_editor import table_of
    from diembao.jobs.collection.fetch_pages import page_document
    from diembao.workers.pages import learn_selectors
    from pipeline.extraction.selector_learning import Proposal
    from pipeline.records import Selectors

    [source] = sources_by_id(app.sources(), (id_,))
    with app.storage() as storage:
        pages_ = storage.crawl.newest_pages(source.id, pages)
    documents = [page_document(url, body) for body, url in pages_]
    proposal = learn_selectors(documents, app.settings().process) or Proposal(Selectors(), {}, 0)
    if app.as_json:
        app.print_json(
            {"learn": {"pages": proposal.pages, "yields": proposal.yields, **dataclasses.asdict(proposal.selectors)}}
        )
    if not proposal.yields:
        app.warn(
            translate(
                "{name}: no selector was right often enough on {pages} stored pages.",
                name=source.name,
                pages=len(pages_),
            )
        )
        return FAILED
    app.print(translate("# learnt from {pages} pages that could be read", pages=proposal.pages))
    for part, share in proposal.yields.items():
        app.print(translate("# {part}: right on {share:.0%} of them", part=part, share=share))
    app.print(table_of(dataclasses.replace(source, selectors=proposal.selectors)))
    return DONE
