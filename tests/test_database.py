"""The Storage contract: what is polled, answered and examined ends in exactly one outcome and can be read again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pipeline.records import (
    Article,
    Candidate,
    CandidateOutcome,
    Coverage,
    Decision,
    Document,
    DocumentOutcome,
    Entry,
    Evidence,
    Fetched,
    FetchFailure,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    Relevance,
    Source,
    Tags,
    TopicFound,
    Unreadable,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.engine.migrate import open_engine
from storage.schema.core import metadata
from storage.schema.documentation import schema_document
from storage.search.parser import parse

T0 = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SOURCE = Source("a", "Báo A", "http://a.example/", ())
OTHER = Source("b", "Báo B", "http://b.example/", ())
FEED = "http://a.example/rss"


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE, OTHER])
    yield opened
    opened.close()


def entry(n: int) -> Entry:
    return Entry(f"http://a.example/bai-{n}.html", title=f"Bài {n}", summary=f"Tóm tắt {n}")


def poll(
    storage: Database, *entries: Entry, at: datetime = T0, recheck: bool = False, **more: object
) -> list[Candidate]:
    run = storage.service.begin_run("collect", at)
    one = replace(Poll("a", FEED, at, Reason.OK, 200, entries=entries), **more)
    return storage.crawl.save_poll(run, one, recheck_all=recheck)


def page(candidate: Candidate, body: bytes = b"<html>", at: datetime = T0) -> Fetched:
    return Fetched(candidate.id, at, candidate.url, 200, body, "text/html", etag='"1"')


def failure(candidate: Candidate, reason: Reason, at: datetime = T0) -> FetchFailure:
    return FetchFailure(candidate.id, at, candidate.url, reason)


def tags(relevance: Relevance = "main", rules: str = "r1") -> Tags:
    found = Evidence("title", 0, 3, "Bài")
    return Tags(
        "vi", relevance, 0.9, VerdictReason.text("vì thế"), (PlaceFound("nt.province", "Ninh Thuận", "", (found,)),),
        (TopicFound("energy", 0.8, (found,)),), (), "neutral", rules,
    )  # fmt: skip


WORDS = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba "


def coverage(
    document: Document, words: str = WORDS, relevance: Relevance = "main", **more: object
) -> Coverage | Irrelevant:
    article = Article(
        document.url, document.url, f"Tiêu đề {document.candidate_id}", "", words, published=T0, published_from="page"
    )
    article = replace(article, **more)
    if relevance == "no":
        return Irrelevant(document.id, article, tags("no"))
    return Coverage(
        document.id, article, tags(relevance), dump(compute_fingerprint(article.title, article.text, article.published))
    )


def collect(storage: Database, *numbers: int, at: datetime = T0) -> list[Document]:
    wanted = poll(storage, *(entry(n) for n in numbers), at=at)
    storage.crawl.save_fetches(
        storage.service.begin_run("collect", at), [page(c, f"<p>{c.url}".encode(), at) for c in wanted]
    )
    return storage.articles.pending_documents(100)


def test_schema_matches_migrations(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'm.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [d for d in compare_metadata(context, metadata) if d[0] != "modify_comment"]
    assert differences == []


def test_every_column_says_what_it_is() -> None:
    silent = [
        f"{t.name}.{c.name}" for t in metadata.tables.values() for c in t.columns if not c.comment and c.name != "id"
    ]
    assert silent == []


def test_every_column_stands_in_the_documents() -> None:
    written = (Path(__file__).parent.parent / "docs" / "columns.md").read_text("utf-8")
    made = "(python -m analysis.tables.definitions; echo; python -m storage.schema.documentation) > docs/columns.md"
    assert written.endswith("\n\n" + schema_document()), f"write it anew: {made}"


def test_poll_counts_add_up(storage: Database) -> None:
    twice = (entry(1), entry(2), entry(2), replace(entry(3), url="http://a.example/bai-1.html?utm_source=rss"))
    bad = Entry("javascript:alert(1)", title="x")
    wanted = poll(storage, *twice, bad, invalid=1)
    assert [c.url for c in wanted] == ["http://a.example/bai-1.html", "http://a.example/bai-2.html"]
    with storage._engine.connect() as connection:
        row = connection.execute(text("SELECT entries, new, changed, known, repeated, invalid FROM polls")).one()
    assert tuple(row) == (6, 2, 0, 0, 2, 2)
    # The link that cannot be followed has its line in the ledger too.
    assert sum(storage.crawl.candidate_outcomes().values()) == storage.maintenance.totals()["candidates"] == 3


def test_second_poll_brings_only_what_is_new_or_says_something_new(storage: Database) -> None:
    collect(storage, 1, 2)
    later = T0 + timedelta(minutes=5)
    assert [c.url for c in poll(storage, entry(1), entry(3), at=later)] == ["http://a.example/bai-3.html"]
    edited = replace(entry(1), title="Bài 1 (sửa)")
    [again] = poll(storage, edited, entry(2), at=later)
    assert again.url == "http://a.example/bai-1.html"
    assert again.etag == '"1"'


def test_what_was_not_answered_is_still_waiting(storage: Database) -> None:
    one, two = poll(storage, entry(1), entry(2))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(one)])
    assert [c.id for c in storage.crawl.due_candidates(T0, ["a"])] == [two.id]
    assert storage.crawl.due_candidates(T0, ["b"]) == []


@pytest.mark.parametrize(
    ("reason", "with_summary", "without"),
    [
        (Reason.NOT_FOUND, CandidateOutcome.SUMMARY, CandidateOutcome.LOST),
        (Reason.ROBOTS, CandidateOutcome.SUMMARY, CandidateOutcome.REFUSED),
        (Reason.UNSAFE_ADDRESS, CandidateOutcome.SUMMARY, CandidateOutcome.REFUSED),
        (Reason.TIMEOUT, CandidateOutcome.SUMMARY, CandidateOutcome.WAITING),
        (Reason.ROBOTS_UNREACHABLE, CandidateOutcome.SUMMARY, CandidateOutcome.WAITING),
    ],
)
def test_failures(storage: Database, reason: Reason, with_summary: str, without: str) -> None:
    said, bare = poll(storage, entry(1), Entry("http://a.example/bai-2.html"))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [failure(said, reason), failure(bare, reason)])
    outcomes = storage.crawl.candidate_outcomes()
    assert outcomes[CandidateOutcome(with_summary)] == 1
    assert outcomes[CandidateOutcome(without)] == 1
    [document] = storage.articles.pending_documents(10)
    assert (document.reason, document.body, document.entry.summary) == (reason, b"", "Tóm tắt 1")


def test_a_passing_failure_is_tried_again_ever_more_slowly_and_then_given_a_name(storage: Database) -> None:
    [bare] = poll(storage, Entry("http://a.example/bai-2.html"))
    at, waits = T0, []
    for _ in range(10):
        if not (due := storage.crawl.due_candidates(at, ["a"])):
            break
        storage.crawl.save_fetches(storage.service.begin_run("collect", at), [failure(due[0], Reason.SERVER_ERROR, at)])
        began = at
        while not storage.crawl.due_candidates(at, ["a"]) and at < began + timedelta(days=2):
            at += timedelta(minutes=20)
        waits.append(at - began)
    assert waits[:3] == [timedelta(minutes=20), timedelta(minutes=80), timedelta(minutes=180)]
    assert storage.crawl.candidate_outcomes()[CandidateOutcome.LOST] == 1
    assert bare.attempts == 0


def test_the_page_that_follows_a_summary_is_a_version_not_an_item(storage: Database) -> None:
    [one] = poll(storage, entry(1))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [failure(one, Reason.TIMEOUT)])
    [summary] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(summary, "Tóm tắt 1", canonical=one.url)], T0)
    later = T0 + timedelta(hours=1)
    [again] = storage.crawl.due_candidates(later, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", later), [page(again, b"whole", later)])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document, canonical="http://a.example/another-canonical")], later)
    [item] = storage.articles.items()
    assert (item.version, item.changed, item.article.text) == (2, True, WORDS)
    assert storage.maintenance.totals()["items"] == 1


def test_items_versions_and_outcomes(storage: Database) -> None:
    one, two, three = collect(storage, 1, 2, 3)
    storage.articles.save_examinations(
        [coverage(one), coverage(two, relevance="no"), Unreadable(three.id, Reason.NO_TEXT, "x")], T0
    )
    assert storage.articles.document_outcomes() == {
        DocumentOutcome.WAITING: 0,
        DocumentOutcome.COVERAGE: 1,
        DocumentOutcome.IRRELEVANT: 1,
        DocumentOutcome.UNREADABLE: 1,
    }
    [item] = storage.articles.items()
    assert (item.outlet, item.article.title, item.tags) == ("Báo A", "Tiêu đề 1", tags())
    [irrelevant] = storage.articles.items(relevance=("no",))
    assert (irrelevant.article.title, irrelevant.article.text) == ("Tiêu đề 2", WORDS)
    assert list(storage.articles.items(topics=["tourism"])) == []
    assert len(list(storage.articles.items(since=T0, until=T0 + timedelta(seconds=1)))) == 1
    assert list(storage.articles.items(until=T0)) == []


def test_same_bytes_same_text_new_text(storage: Database) -> None:
    [one] = collect(storage, 1)
    storage.articles.save_examinations([coverage(one)], T0)
    [again] = poll(storage, entry(1), at=T0 + timedelta(minutes=1), recheck=True)
    run = storage.service.begin_run("collect", T0)
    storage.crawl.save_fetches(run, [page(again, f"<p>{again.url}".encode())])
    assert storage.articles.pending_documents(10) == []  # the same bytes are no new document
    storage.crawl.save_fetches(run, [page(again, b"other bytes, same text")])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document)], T0)
    assert storage.maintenance.totals()["versions"] == 1
    storage.crawl.save_fetches(run, [page(again, b"other text")])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document, WORDS + "sửa")], T0)
    assert (storage.maintenance.totals()["items"], storage.maintenance.totals()["versions"]) == (1, 2)
    assert storage.maintenance.totals()["documents"] == 3


def test_only_pages_about_the_province_are_looked_at_again(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations([coverage(one), coverage(two, relevance="no")], T0)
    again = poll(storage, entry(1), entry(2), at=T0 + timedelta(minutes=1), recheck=True)
    assert [c.id for c in again] == [one.candidate_id]
    assert [c.id for c in storage.crawl.due_candidates(T0 + timedelta(hours=2), ["a"])] == [one.candidate_id]
    assert poll(storage, entry(1), at=T0 + timedelta(minutes=1)) == []
    # What a person said of them weighs more than the rules.
    keys = {item.article.url: item.key for item in storage.articles.items(relevance=("main", "mention", "no"))}
    decided = [(one, "no"), (two, "main")]
    storage.articles.decide([Decision(keys[d.url], "relevance", value, "Lan", T0) for d, value in decided])
    again = poll(storage, entry(1), entry(2), at=T0 + timedelta(minutes=2), recheck=True)
    assert [c.id for c in again] == [two.candidate_id]


def test_many_results_of_one_article_at_once_are_its_versions(storage: Database) -> None:
    (first,) = collect(storage, 1)
    at = T0 + timedelta(hours=2)
    (candidate,) = storage.crawl.due_candidates(at, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", at), [page(candidate, b"<p>new page", at)])
    second = storage.articles.pending_documents(9)[-1]
    assert second.candidate_id == first.candidate_id
    storage.articles.save_examinations([coverage(first), coverage(second, text="Nội dung mới")], at)
    [item] = storage.articles.items()
    assert (item.version, item.article.text) == (2, "Nội dung mới")
    assert [version.number for version in storage.articles.versions(item.key)] == [1, 2]


def test_two_links_to_one_article(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations(
        [coverage(one, canonical="http://a.example/x"), coverage(two, canonical="http://a.example/x")], T0
    )
    assert storage.maintenance.totals()["items"] == 1
    assert storage.crawl.candidate_outcomes()[CandidateOutcome.SAME] == 1


def test_reprints_make_one_story_in_any_order(storage: Database) -> None:
    documents = collect(storage, 1, 2, 3)
    long = " ".join(f"chữ{n}" for n in range(80))
    texts = [long, long + " Theo Báo A", " ".join(f"khác{n}" for n in range(80))]
    found = [coverage(d, t, published=T0 + timedelta(hours=d.id)) for d, t in zip(documents, texts, strict=True)]
    storage.articles.save_examinations(list(reversed(found)), T0)
    storage.stories.group(T0)
    stories = {i.article.title: i.story for i in storage.articles.items()}
    assert stories["Tiêu đề 1"] == stories["Tiêu đề 2"] != stories["Tiêu đề 3"]
    assert storage.stories.group(T0) == 0


def test_digest_takes_what_is_news(storage: Database) -> None:
    start, end = T0 - timedelta(hours=12), T0 + timedelta(hours=12)
    late = start - timedelta(hours=48)
    documents = collect(storage, 1, 2, 3, 4, 5)
    when = [T0, start - timedelta(hours=2), start - timedelta(days=9), None, end + timedelta(hours=1)]
    storage.articles.save_examinations(
        [coverage(d, WORDS + str(d.id), published=w) for d, w in zip(documents, when, strict=True)], T0
    )
    titles = {i.article.title for i in storage.articles.digest_items(start, end, late)}
    assert titles == {"Tiêu đề 1", "Tiêu đề 2", "Tiêu đề 4"}
    assert storage.articles.digest_items(start - timedelta(days=1), start, late) == []


def test_source_days(storage: Database) -> None:
    documents = collect(storage, 1, 2)
    storage.articles.save_examinations([coverage(documents[0]), Unreadable(documents[1].id, Reason.PAYWALL)], T0)
    run = storage.service.begin_run("collect", T0)
    storage.crawl.save_poll(run, Poll("b", "http://b.example/rss", T0, Reason.DNS), recheck_all=False)
    a, b = storage.crawl.source_days(T0, T0 + timedelta(hours=1))
    assert (a.state, a.feeds_ok, a.candidates, a.documents, a.coverage, a.unreadable) == ("read", 1, 2, 2, 1, 1)
    assert (b.state, b.feeds_failed, b.reasons) == ("failed", 1, {Reason.DNS: 1})
    assert {d.state for d in storage.crawl.source_days(T0 + timedelta(hours=2), T0 + timedelta(hours=3))} == {"not_due"}


def test_a_naive_time_is_refused(storage: Database) -> None:
    with pytest.raises(Exception, match="naive"):
        storage.service.begin_run("collect", datetime(2026, 11, 22))  # noqa: DTZ001


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is no database, only text that is long enough to be read as one" * 20)
    with pytest.raises(StorageError, match=r"x\.db"):
        open_database(path)


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    storage = open_database(path)
    with storage._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    storage.close()
    with pytest.raises(StorageError, match="newer diembao"):
        open_database(path)


def test_errors_can_be_examined_again(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations([Unreadable(one.id, Reason.ERROR, "x"), Unreadable(two.id, Reason.NO_TEXT)], T0)
    assert storage.articles.reopen_errors() == 1
    assert [d.id for d in storage.articles.pending_documents(10)] == [one.id]


def test_a_page_that_is_gone_marks_its_item_as_taken_down(storage: Database) -> None:
    (document,) = collect(storage, 1)
    storage.articles.save_examinations([coverage(document)], T0)
    (item,) = storage.articles.items()
    assert item.taken_down is None
    later = T0 + timedelta(hours=1)
    (candidate,) = storage.crawl.due_candidates(later, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", later), [failure(candidate, Reason.GONE, later)])
    (item,) = storage.articles.items()
    assert item.taken_down == later
    assert [one.taken_down for one in storage.articles.items(as_of=T0)] == [None]
    assert item.article.text, "what was read stays"
    back = T0 + timedelta(hours=9)
    storage.crawl.save_fetches(storage.service.begin_run("collect", back), [page(candidate, b"<p>again", back)])
    (item,) = storage.articles.items()
    assert item.taken_down is None


def test_nothing_is_too_long_to_be_stored(storage: Database) -> None:
    """Words, names and addresses of any size: what no index can hold keeps nothing else from being kept."""
    draw = Random(1)

    def noise(length: int, letters: str = "abcdefghijklmnop0123456789") -> str:
        return "".join(draw.choices(letters, k=length))

    long = Entry(f"http://a.example/{noise(9000)}", noise(5000))
    far = Entry(f"http://a.example/{noise(1900)}", noise(5000))
    wanted = poll(storage, long, far, *(entry(n) for n in range(4)))
    assert [c.url for c in wanted] == [far.url, *(entry(n).url for n in range(4))], "that is no address"
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(c, c.url.encode()) for c in wanted])
    old_script = "".join(map(chr, range(0x10400, 0x10450)))
    title = noise(5000)
    odd: tuple[dict[str, Any], ...] = (
        {"title": title},
        {"text": " ".join(noise(13, old_script) for _ in range(20_000))},
        {"text": "a" + "\u0301" * 5000 + " b" + "\u0323\u0302" * 9000},
        {"language": noise(5000), "section": noise(9000), "authors": (noise(9000),)},
        {"text": noise(150_000)},
    )
    found = [coverage(d, **more) for d, more in zip(storage.articles.pending_documents(9), odd, strict=True)]
    storage.articles.save_examinations(found, T0)
    storage.stories.group(T0)
    assert len(list(storage.articles.items())) == len(list(storage.derived.facts(T0, T0 + timedelta(1)))) == len(odd)
    assert len(storage.search.search(parse("Tiêu đề"), zone=UTC)) == len(odd) - 1
    [hit] = storage.search.search(parse(title[:100]), zone=UTC)
    assert hit.item.article.title == title


def test_whatever_characters_a_page_holds_are_stored(storage: Database) -> None:
    """Half an emoji, where a program cut a text to a length, and NUL: they once kept a whole batch from it."""
    draw = Random(2)
    odd = [chr(n) for n in (*range(0x20), 0x7F, 0x85, 0xAD, 0x2028, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFEFF, 0xFFFE)]
    odd += list("aàạ̣̀'\"\\;%_*()😀\U0010ffff漢ـ")

    def noise() -> str:
        return "".join(draw.choices(odd, k=draw.randint(0, 30)))

    wanted = poll(storage, *(Entry(entry(n).url, noise(), noise(), authors=(noise(),)) for n in range(60)))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(c, c.url.encode()) for c in wanted])
    for document_ in storage.articles.pending_documents(100):
        more: dict[str, Any] = {name: noise() for name in ("title", "text", "lead", "section", "language")}
        found = coverage(document_, **more, authors=(noise(), noise()))
        assert isinstance(found, Coverage)
        evidence = Evidence("title", 0, 1, noise())
        places = (PlaceFound("nt.x", noise(), noise(), (evidence,)),)
        storage.articles.save_examinations(
            [replace(found, tags=replace(found.tags, reason=VerdictReason.text(noise()), places=places))], T0
        )
    storage.stories.group(T0)
    items = list(storage.articles.items())
    assert len(items) == 60
    assert [row.item for row in storage.derived.csv_rows()] == [i.key for i in items]
    for item in items:
        assert not re.search("[\x00\ud800-\udfff]", f"{item.article}{item.tags}")


def test_a_page_that_cannot_be_stored_keeps_no_other_from_it(storage: Database) -> None:
    first, bad, last = collect(storage, 1, 2, 3)
    # Nothing of the pipeline gives a time without a zone; that nobody thought of something else, nobody knows.
    results = [coverage(first), coverage(bad, published=datetime(2026, 11, 22)), coverage(last)]  # noqa: DTZ001
    stored = storage.articles.save_examinations(results, T0)
    assert [type(r) for r in stored] == [Coverage, Unreadable, Coverage]
    assert isinstance(stored[1], Unreadable)
    assert stored[1].reason is Reason.ERROR
    assert "cannot be stored: " in stored[1].note
    assert "naive" in stored[1].note
    assert len(list(storage.articles.items())) == 2
    assert storage.articles.pending_documents(9) == []
    assert storage.articles.document_outcomes()[DocumentOutcome.UNREADABLE] == 1
    assert storage.articles.reopen_errors() == 1, "process --again looks at it once more"


def test_what_exceeds_a_limit_is_no_fault_of_the_database(postgres: Callable[[], str]) -> None:
    engine = open_engine(postgres())
    with engine.begin() as connection, pytest.raises(OperationalError, match="too long"):
        connection.execute(text("SELECT CAST(:word AS tsvector)"), {"word": "x" * 4000})
    engine.dispose()
