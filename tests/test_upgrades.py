"""A database that an earlier version wrote: upgraded in place it holds what it held, and can be worked with."""

import json
import re
import shutil
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Connection, MetaData, create_engine, insert, inspect

from pipeline.records import Article, Decision, Entry, Tags, TopicFound, VerdictReason
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.tagging.reason_text import relevance_reason_text
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.examinations import hash_text
from storage.crawl.candidates import ENTRY
from storage.database import open_database
from storage.engine.errors import StorageError
from storage.engine.migrate import head, migrate
from storage.maintenance.backup import upgrade
from storage.maintenance.integrity import check_integrity
from storage.search.parser import parse

pytestmark = pytest.mark.long(10)

VERSIONS = sorted(
    file.name.partition("_")[0]
    for file in (Path(__file__).parent.parent / "storage" / "migrations" / "versions").glob("[0-9]*_*.py")
)
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
URL = "https://a.example/bai-1.html"
ENTRY_OF_IT = Entry(URL, "Điện gió Ninh Thuận", "Tóm tắt")
ARTICLE_OF_IT = Article(
    URL, URL, ENTRY_OF_IT.title, "", "Tỉnh Ninh Thuận khởi công điện gió.", published=AT, language="vi"
)
#: Sentence of the reason as versions before 0012 stored it, and the code that became of it
SENTENCE = "Nội dung chính diễn ra ở Ninh Thuận: tiêu đề nêu “Ninh Thuận”, tổng cộng 2 lần."
REASON = VerdictReason(
    "main",
    {
        "province": "Ninh Thuận",
        "where": "title",
        "names": ("Ninh Thuận",),
        "others": 0,
        "unaccented": False,
        "count": 2,
    },
)
#: What is kept of its reading since 0027.
READING = {
    "version_id": 1,
    "document_id": 1,
    "source_id": "a",
    "at": AT,
    "text": int(ARTICLE_OF_IT.text_from == "page"),
    "title": int(ARTICLE_OF_IT.text_from == "page"),
    "date": int(ARTICLE_OF_IT.text_from == "page" and ARTICLE_OF_IT.published_from != "feed"),
}
TAGS_OF_IT = Tags("vi", "main", 0.9, REASON, (), (TopicFound("energy", 0.9, ()),), (), "neutral", "old")


def quiet(_table: str, _done: int, _all: int) -> None:
    pass


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the SQLite file that the program of a version made, with no rows; each is made from the one before."""
    folder = tmp_path_factory.mktemp("empty")

    @cache
    def make(version: str) -> Path:
        file, number = folder / f"{version}.db", VERSIONS.index(version)
        if number:
            shutil.copyfile(make(VERSIONS[number - 1]), file)
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            migrate(connection, version)
        engine.dispose()
        return file

    return make


def written_by(version: str, address: str) -> None:
    """Write a database as the program of that version left it: a source, a feed, a link, its page and the article."""
    engine = create_engine(address, json_serializer=lambda value: json.dumps(value, ensure_ascii=False))
    with engine.begin() as connection:
        migrate(connection, version)
        for table, row in rows(version).items():
            add(connection, table, row)
    engine.dispose()


def rows(version: str) -> dict[str, dict[str, Any]]:
    sketched = dump(compute_fingerprint(ARTICLE_OF_IT.title, ARTICLE_OF_IT.text, AT, "vi"))
    tags = TAGS.dump_python(TAGS_OF_IT, mode="json") | ({"reason": SENTENCE} if version < "0012" else {})
    said = ENTRY.dump_python(ENTRY_OF_IT, mode="json")
    return {
        "runs": {"id": 1, "command": "collect", "started": AT, "ended": AT, "exit_code": 0, "counts": {"new": 1}},
        "sources": {"id": "a", "name": "Báo A", "home": "https://a.example/", "country": "VN", "category": "central"}
        | {"kind": "newspaper", "enabled": 1},
        "feeds": {"url": "https://a.example/rss", "source_id": "a", "etag": '"e"', "polled_at": AT, "failures": 0},
        "polls": {"id": 1, "run_id": 1, "source_id": "a", "feed_url": "https://a.example/rss", "at": AT}
        | {"reason": "ok", "status": 200, "note": "", "size": 9, "entries": 1, "new": 1}
        | {"changed": 0, "known": 0, "repeated": 0, "invalid": 0},
        "candidates": {"id": 1, "source_id": "a", "feed_url": "https://a.example/rss", "url": URL, "first_seen": AT}
        | {"last_seen": AT, "entry": said, "outcome": "fetched", "reason": "ok", "attempts": 0, "checks": 0}
        | {"item_key": "00ff00ff00ff00ff"},
        "fetches": {"id": 1, "run_id": 1, "candidate_id": 1, "at": AT, "url": URL, "reason": "ok", "status": 200}
        | {"note": "", "size": 11},
        "documents": {"id": 1, "candidate_id": 1, "source_id": "a", "url": URL, "fetched_at": AT, "content_type": ""}
        | {"body": zlib.compress(b"<p>trang</p>"), "entry": said, "reason": "ok", "outcome": "coverage"}
        | {"outcome_reason": "", "note": "", "examined_at": AT},
        "items": {"key": "00ff00ff00ff00ff", "url": URL, "source_id": "a", "candidate_id": 1, "first_seen": AT}
        | {"version": 1, "story": "00ff00ff00ff00ff"},
        "versions": {"id": 1, "item_key": "00ff00ff00ff00ff", "number": 1, "document_id": 1, "fetched_at": AT}
        | {
            "text_hash": hash_text(ARTICLE_OF_IT),
            "title": ARTICLE_OF_IT.title,
            "published": AT,
            "fingerprint": sketched,
        }
        | {"article": ARTICLE.dump_python(ARTICLE_OF_IT, mode="json")},
        "taggings": {"id": 1, "version_id": 1, "rules": "old", "tagged_at": AT, "relevance": "main", "score": 0.9}
        | {"tags": tags},
        **({"page_readings": READING} if version >= "0027" else {}),
    }


def add(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """Add a row; a column that has come since, and may not be empty, gets what its kind begins with."""
    found = MetaData()
    found.reflect(connection, only=[name])
    table = found.tables[name]
    naive = connection.dialect.name == "sqlite"
    values = {k: v.replace(tzinfo=None) if naive and isinstance(v, datetime) else v for k, v in row.items()}
    for column in table.columns:
        if not column.nullable and column.name not in values and column.server_default is None:
            values[column.name] = 0 if column.type.python_type in (int, float) else ""
    if "host" in table.columns:
        values["host"] = "a.example"
    connection.execute(insert(table), values)


def test_every_version_is_among_those_tried() -> None:
    assert len(VERSIONS) > 5
    assert VERSIONS[-1] == head()


#: Versions that are not thorough: the first, whose upgrade takes all steps, some between, and today's.
TRIED = {
    "sqlite": {VERSIONS[0], *VERSIONS[4:-1:4], VERSIONS[-1]},
    "postgresql": {VERSIONS[0], VERSIONS[12], VERSIONS[-1]},
}
CASES = [
    pytest.param(kind, version, marks=() if version in tried else pytest.mark.thorough)
    for kind, tried in TRIED.items()
    for version in VERSIONS
]


@pytest.mark.parametrize(("kind", "version"), CASES)
def test_it_is_upgraded_and_works(
    kind: str, version: str, tmp_path: Path, empty: Callable[[str], Path], request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        address = f"sqlite:///{shutil.copyfile(empty(version), tmp_path / 'old.db')}"
    else:
        postgres: Callable[..., str] = request.getfixturevalue("postgres")
        address = postgres("template0")
    written_by(version, address)
    if kind == "postgresql" and version != head():
        with pytest.raises(StorageError, match="diembao db upgrade"):
            open_database(address)
        assert upgrade(address, tmp_path / "saved.db", quiet) == version
        assert check_integrity(f"sqlite:///{tmp_path / 'saved.db'}") == []
    storage = open_database(address)
    assert check_integrity(address) == []
    [item] = storage.articles.items()
    assert (item.article, item.tags, item.outlet, item.first_seen) == (ARTICLE_OF_IT, TAGS_OF_IT, "Báo A", AT)
    tables = ("candidates", "documents", "fetches", "items", "polls", "versions")
    assert storage.maintenance.totals() == dict.fromkeys((*tables, "stories"), 1)
    # A decision before the index is there must not keep anything out of it.
    storage.articles.decide([Decision(item.key, "tone", "positive", "Lan", AT)])
    [hit] = storage.search.search(parse('"dien gio" tone:positive'), zone=UTC)
    assert hit.item.key == item.key
    assert [one.key for one in storage.articles.digest_items(AT.replace(hour=0), AT.replace(hour=9), AT)] == [item.key]
    storage.stories.group(AT)
    [grouped] = storage.stories.event_items(item.key)
    assert grouped.event
    assert storage.crawl.feed_state("https://a.example/rss").etag == '"e"'
    assert storage.crawl.due_feeds(AT, per_host=9) == []  # as long as sources.toml has not named it again
    storage.close()
    if kind == "sqlite" and version != head():
        [saved] = tmp_path.glob("old.db.before-upgrade-*")
        assert saved.name.endswith(version)
        engine = create_engine(f"sqlite:///{saved}")
        assert inspect(engine).has_table("items")
        engine.dispose()


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Không nhắc đến Ninh Thuận hay địa danh nào của tỉnh.", "unnamed"),
        ("Chỉ nói về Khánh Hòa, không nêu địa danh nào của Ninh Thuận.", "successor"),
        ("Ninh Thuận chỉ được nêu làm mốc của một dải địa bàn dài, không có nội dung về tỉnh.", "range"),
        (SENTENCE, "main"),
        (
            "Nội dung chính diễn ra ở Ninh Thuận: phần mở đầu nêu “Ca Na”, “Phan Rang”, “Ninh Hai” và 2 tên khác "
            "(văn bản không dấu, tên hiểu theo ngữ cảnh), tổng cộng 7 lần.",
            "main",
        ),
        (
            "Ninh Thuận được nhắc đến nhưng không phải nội dung chính: phần thân bài nêu “a”, “Phan\nRang”.",
            "mention",
        ),
        ("Ninh Thuận chỉ được nêu trong danh sách nhiều tỉnh (“Ninh Thuận” và 12 tên khác).", "list"),
        (
            "Ninh Thuận chỉ được nhắc bên lề (quê quán, đại biểu, tuyến đường, tên công ty…): “Ninh Thuận”.",
            "aside",
        ),
        ("Ninh Thuận chỉ được nêu trong danh sách nhiều tỉnh (không có tên).", "text"),
        ("vì thế", "text"),
        ("", "text"),
    ],
)
def test_a_stored_sentence_becomes_a_code_that_reads_the_same(sentence: str, code: str) -> None:
    migration = import_module("storage.migrations.versions.0012_reason_codes")
    stored = json.loads(json.dumps(migration.reason_of_sentence(sentence)))
    reason = TypeAdapter(VerdictReason).validate_python(stored)
    assert reason.code == code
    # A text may be about the province and tell of what happens elsewhere: the old words said too much.
    told = sentence.replace("Nội dung chính diễn ra ở", "Bài viết về")
    told = re.sub(r", tổng cộng (\d+ lần)\.$", r"; cả bài nêu địa danh của tỉnh \1.", told)
    assert relevance_reason_text(reason, "vi") == told
