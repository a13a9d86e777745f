"""extract: the article that is read from a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate


@translated.command(
    help=mark("Print what is read from each page (.html or .html.gz file, or address), one JSON line each.")
)
@click.argument("pages", nargs=-1, metavar="FILE|URL...")
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
    from pipeline.extraction.extract import article_to_json, extract
    from pipeline.records import Document, Unreadable
    from pipeline.records import Reason as R

    if not pages and listed is None:
        raise click.UsageError(translate("Needs at least one page, or --from."))
    if url and len(pages) != 1:
        raise click.UsageError(translate("--url goes with exactly one file."))
    failed = False

    def show(document: Document, name: str) -> None:
        nonlocal failed
        try:
            article = extract(document)
        except Exception as error:
            article = Unreadable(document.id, R.ERROR, f"{type(error).__name__}: {error}")
        if isinstance(article, Unreadable):
            failed = True
            app.warn(f"{name}: {article.reason}: {article.note}")
            app.print_json({"url": document.url, "error": article.reason, "note": article.note})
        else:
            app.print_json(article_to_json(article))

    addresses = [p for p in pages if p.startswith(("http://", "https://"))]
    for name, address in _files(pages, url, listed):
        try:
            document = page_document(address, Path(name).read_bytes())
        except (OSError, EOFError) as error:
            failed = True
            app.warn(f"{name}: {error}")
            app.print_json({"url": address, "error": "unreadable_file", "note": str(error)})
            continue
        show(document, name)
    if addresses:
        for document in fetch_pages(addresses, app.settings().crawl):
            show(document, document.url)
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
