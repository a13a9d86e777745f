"""source check, source find: what outlets and sites would give if they were asked now."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.sources_file import add_sources, sources_by_id
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.spiders.discovered import DiscoveredFeed
    from diembao.jobs.source_check import SourceCheck


@translated.command(
    help=mark("Ask these sources (default: all that are on) now and read a few pages of each; nothing is stored.")
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@translated.option("--pages", default=3, show_default=True, type=click.IntRange(0, 50), help=mark("Pages to read."))
@pass_context
def check(app: CliContext, ids: tuple[str, ...], pages: int) -> int:
    from diembao.jobs import source_check

    settings, all_, rules = app.settings(), app.sources(), app.rules()
    asked = sources_by_id(all_, ids) if ids else [s for s in all_ if s.enabled]
    with app.progress() as progress:
        found = source_check.check_sources(asked, settings.crawl, settings.process, rules, progress, sample=pages)
    at = now()
    for checked in found:
        troubles = _troubles(checked, at)
        if app.as_json:
            app.print_json({"check": _row(checked, troubles)})
            continue
        app.print(_line(checked, at))
        for trouble in troubles:
            app.print(f"  ! {trouble}")
    empty = sum(checked.gives_nothing for checked in found)
    app.print(translate("{sources} sources, {empty} give no article.", sources=len(found), empty=empty))
    return FAILED if empty else DONE


def _line(checked: SourceCheck, now: datetime) -> str:
    age = "" if checked.newest is None else _age(checked.newest, now)
    pages = f"{checked.read}/{len(checked.pages)}"
    return translate(
        "{name} ({id}): {entries} entries{age}, {pages} sample pages read",
        name=checked.source.name,
        id=checked.source.id,
        entries=checked.entries,
        age=age,
        pages=pages,
    )


def _age(newest: datetime, now: datetime) -> str:
    hours = max(0, int((now - newest).total_seconds() // 3600))
    if hours < 48:
        return translate(", newest {hours} hours old", hours=hours)
    return translate(", newest {days} days old", days=hours // 24)


def _troubles(checked: SourceCheck, now: datetime) -> list[str]:
    from diembao.jobs.source_check import STALE
    from pipeline.records import Reason

    found: list[str] = []
    if not checked.source.feeds:
        found.append(translate("it has no feed"))
    for poll in checked.polls:
        if poll.reason is not Reason.OK:
            note = f" ({poll.note})" if poll.note else ""
            found.append(f"{poll.feed_url}: {translate_code('reason', poll.reason)}{note}")
        elif not poll.entries:
            found.append(translate("{url}: lists nothing", url=poll.feed_url))
        elif poll.note:
            found.append(f"{poll.feed_url}: {poll.note}")
        if poll.invalid:
            found.append(translate("{url}: {invalid} no link", url=poll.feed_url, invalid=poll.invalid))
    if checked.newest is not None and now - checked.newest > STALE:
        found.append(translate("nothing new for a long time"))
    for page in checked.pages:
        if page.reason is not Reason.OK:
            found.append(f"{page.url}: {translate_code('reason', page.reason)}")
        if page.missing and page.reason in (Reason.OK, Reason.PAYWALL):
            parts = ", ".join(translate_code("page part", part) for part in page.missing)
            found.append(translate("{url}: lacks {parts}", url=page.url, parts=parts))
    return found


def _row(checked: SourceCheck, troubles: list[str]) -> dict[str, object]:
    feeds = [
        {"url": p.feed_url, "reason": p.reason, "note": p.note, "entries": len(p.entries), "invalid": p.invalid}
        for p in checked.polls
    ]
    return {
        "id": checked.source.id,
        "name": checked.source.name,
        "entries": checked.entries,
        "newest": checked.newest,
        "feeds": feeds,
        "pages": [dataclasses.asdict(page) for page in checked.pages],
        "troubles": troubles,
    }


@translated.command(
    help=mark("Find a site's feeds, sitemaps and section page, try each, and print the [[source]] table.")
)
@click.argument("url")
@translated.option("--write", is_flag=True, help=mark("Add it to sources.toml."))
@translated.option("--id", "id_", metavar="ID", help=mark("Its id."))
@translated.option("--name", metavar="NAME", help=mark("Its name."))
@pass_context
def find(app: CliContext, url: str, write: bool, id_: str | None, name: str | None) -> int:
    from config.source_editor import table_of
    from crawlers.discover import discover_feeds as look
    from diembao.jobs.source_check import build_source
    from pipeline.records import Reason
    from pipeline.text.urls import is_fetchable, same_site

    url = url if "://" in url else f"https://{url}"
    if not is_fetchable(url):
        raise click.UsageError(translate("Not an address of http(s): {url}", url=url))
    settings = app.settings()
    known = app.sources() if write or (app.home.config / "sources.toml").exists() else ()
    if twin := next((s for s in known if same_site(s.home, url)), None):
        app.warn(translate("There is a source of this site already: {source}", source=twin.id))
    site = look(url, settings.crawl)
    made = build_source(site, {s.id for s in known}, now())
    made = dataclasses.replace(made, id=id_ or made.id, name=name or made.name)
    if app.as_json:
        app.print_json({"find": {"site": url, "reason": site.reason, "offers": [_offer_row(o) for o in site.offers]}})
    if site.reason is not Reason.OK:
        app.warn(f"{url}: {translate_code('reason', site.reason)}" + (f" ({site.note})" if site.note else ""))
    for offer in sorted(site.offers, key=lambda o: (not o.holds, o.kind, -len(o.links))):
        # That an address tried on the off chance is not there says nothing.
        if offer.how == "usual" and offer.reason is Reason.NOT_FOUND:
            continue
        app.print(_offer_line(offer, now()))
    if not made.feeds:
        app.warn(translate("Nothing was found that still gives articles."))
        return FAILED
    had = {feed.url for s in known for feed in s.feeds}
    made = dataclasses.replace(made, feeds=tuple(feed for feed in made.feeds if feed.url not in had))
    if not made.feeds:
        app.print(translate("Nothing new: they are asked already."))
        return DONE
    if write:
        add_sources(app, [made])
    elif not app.as_json:
        app.print("")
        app.print(table_of(made))
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
@click.argument("id_", metavar="ID")
@translated.option(
    "--pages", default=20, show_default=True, type=click.IntRange(3, 200), help=mark("Pages to learn from.")
)
@pass_context
def learn(app: CliContext, id_: str, pages: int) -> int:
    from config.source_editor import table_of
    from pipeline.extraction.selector_learning import propose_selectors

    [one] = sources_by_id(app.sources(), (id_,))
    with app.storage() as storage:
        kept = storage.pages_of(one.id, pages)
    proposal = propose_selectors(kept)
    if app.as_json:
        app.print_json(
            {"learn": {"pages": proposal.pages, "yields": proposal.yields, **dataclasses.asdict(proposal.selectors)}}
        )
    if not proposal.yields:
        app.warn(
            translate(
                "{name}: no selector was right often enough on {pages} stored pages.", name=one.name, pages=len(kept)
            )
        )
        return FAILED
    app.print(translate("# learnt from {pages} pages that could be read", pages=proposal.pages))
    for part, share in proposal.yields.items():
        app.print(translate("# {part}: right on {share:.0%} of them", part=part, share=share))
    app.print(table_of(dataclasses.replace(one, selectors=proposal.selectors)))
    return DONE
