"""extract: the article that is read from a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate


@translated.command(help=LISTED["extract"].help)
@translated.argument("pages", nargs=-1, metavar="FILE|URL...")
@translated.option("--url", metavar="ADDRESS", help=mark("Where the file came from."))
@translated.option(
    "--from",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="LIST.jsonl",
    help=mark('Many pages: one {"file","url"} a line.'),
)
@pass_context
def extract(app: CliContext, pages: tuple[str, ...], url: str | None, listed: Path | None) -> int:
    from diembao.jobs.collection.fetch_pages import fetch_pages, page_document
    from diembao.workers.pages import read_articles
    from pipeline.extraction.extract import article_to_json
    from pipeline.records import Document, Unreadable

    if not pages and listed is None:
        raise click.UsageError(translate("Needs at least one page, or --from."))
    if url and len(pages) != 1:
        raise click.UsageError(translate("--url goes with exactly one file."))
    failed = False

    names: list[str] = []

    def documents() -> Iterator[Document]:
        """Yield the pages, numbered by their places in `names`."""
        nonlocal failed
        for name, address in _files(pages, url, listed):
            try:
                document = page_document(address, Path(name).read_bytes())
            except (OSError, EOFError) as error:
                failed = True
                app.warn(f"{name}: {error}")
                app.print_json({"url": address, "error": "unreadable_file", "note": str(error)})
                continue
            names.append(name)
            yield replace(document, id=len(names))
        if addresses := [p for p in pages if p.startswith(("http://", "https://"))]:
            for document in fetch_pages(addresses, app.settings().crawl):
                names.append(document.url)
                yield replace(document, id=len(names))

    for document, article in read_articles(documents(), app.settings().process):
        if isinstance(article, Unreadable):
            failed = True
            app.warn(f"{names[document.id - 1]}: {article.reason}: {article.note}")
            app.print_json({"url": document.url, "error": article.reason, "note": article.note})
        else:
            app.print_json(article_to_json(article))
    return FAILED if failed else DONE


def _files(pages: tuple[str, ...], url: str | None, listed: Path | None) -> Iterator[tuple[str, str]]:
    """Yield (path, address) of each page that is a file; paths in a list are relative to it."""
    for page in pages:
        if not page.startswith(("http://", "https://")):
            yield page, url or Path(page).absolute().as_uri()
    if listed is None:
        return
    for number, row in read_jsonl(listed):
        if not isinstance(row, dict) or not isinstance(row.get("file"), str):
            raise click.UsageError(f'{listed}:{number}: needs a "file"')
        path = Path(row["file"])
        path = path if path.is_absolute() or path.exists() else listed.parent / path
        yield str(path), str(row.get("url") or path.absolute().as_uri())


COMMANDS = (extract,)
