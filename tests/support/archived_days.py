"""Articles read back from an archive into a database, beside what was collected: without a file and its reading."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.records import Article, Coverage, Document, Entry, Reason
from pipeline.records.archives import COUNTED, ArchivedArticle, ArchiveKind, Shard, ShardResult
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.archives.shards import Selection
from storage.database import Database
from tests.support.days import END, START, item


def archived(n: int, captured: datetime, *, url: str = "", published: datetime | None = None) -> ArchivedArticle:
    """Return article number n of the sample day (tests.support.days) as an archive has it; published when captured."""
    made = item(n)
    url = url or f"http://{made.source_id}.example/archived-{n}"
    page = Document(n, 0, made.source_id, url, captured, f"<p>{n}".encode(), "text/html", Entry(url), Reason.OK)
    article: Article = replace(made.article, url=url, canonical=url, published=published or captured)
    mark = dump(compute_fingerprint(article.title, f"{article.text} {n}", article.published, "vi"))
    return ArchivedArticle(page, Coverage(n, article, made.tags, mark))


def read_back(
    storage: Database, articles: Sequence[ArchivedArticle], at: datetime = END, name: str = "2026.warc.gz"
) -> None:
    """Store articles as those of one shard of an archive, and put them among the others."""
    result = ShardResult(dict.fromkeys(COUNTED, 0), tuple(sorted(articles, key=lambda article: article.page.id)))
    shard = Shard(name, name, ArchiveKind.WARC, name, 0, 1)
    assert storage.archives.save_shard(shard, result, Selection("", "r1"), at)
    while storage.archives.place(at):
        pass
    storage.stories.group(at)


def of_the_day(first: int, count: int) -> list[ArchivedArticle]:
    """Return articles that were captured in the hours of the sample day, which collections read too."""
    return [archived(n, START.replace(hour=12, minute=n % 60)) for n in range(first, first + count)]
