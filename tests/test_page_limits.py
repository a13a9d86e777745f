"""Every command that reads a page gives one up after the seconds of settings.toml, by name, and reads the others."""

import re
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.jobs.collection.fetch_pages import page_document
from diembao.system.home import Home
from diembao.workers.pages import learn_selectors, read_articles, read_page
from pipeline.records import Article, Reason, Unreadable
from tests.support.cli import json_lines, run_inside

pytestmark = [pytest.mark.one_in(3), pytest.mark.usefixtures("forked_workers")]

#: Seconds that no page on any machine is read in, and that every page is.
NEVER, ALWAYS = 0.0001, 60.0
_PARAGRAPHS = "".join(
    f"<p>Sáng ngày {n}, cảng Cà Ná ở tỉnh Ninh Thuận đón chuyến tàu hàng thứ {n * 7} của năm, chở {n + 3} nghìn tấn "
    f"muối và nho khô; {n * 11} công nhân bốc dỡ đến tối, theo ban quản lý cảng, để kịp chuyến sau.</p>"
    for n in range(1, 9)
)
PAGE = (
    "<html lang=vi><head><title>Cảng Cà Ná đón tàu</title></head><body><article><h1>Cảng Cà Ná đón tàu</h1>"
    f"{_PARAGRAPHS}</article></body></html>"
)
WORDS = {
    "extract": ["extract", "{page}"],
    "several": ["extract", "{page}", "{page}", "{page}"],
    "list": ["extract", "--from", "{list}"],
    "explain": ["explain", "{page}"],
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    assert run_inside("--home", tmp_path, "init").returncode == 0
    return Home(tmp_path)


def limit(home: Home, seconds: float) -> None:
    path = home.config / "settings.toml"
    path.write_text(re.sub(r"(?m)^seconds_per_document = .*$", f"seconds_per_document = {seconds}", path.read_text()))


def command(name: str, folder: Path) -> list[str]:
    page, listed = folder / "page.html", folder / "list.jsonl"
    page.write_text(PAGE)
    listed.write_text(f'{{"file": "{page}", "url": "http://bao.example/1"}}\n' * 2)
    return [word.format(page=page, list=listed) for word in WORDS[name]]


@pytest.mark.parametrize("name", [name for name in WORDS if name != "explain"])
def test_extract_gives_a_page_up_by_name(name: str, home: Home) -> None:
    words = command(name, home.root)
    limit(home, NEVER)
    done = run_inside("--home", home.root, "--json", *words)
    assert done.returncode == 1
    rows = json_lines(done.stdout)
    assert rows
    assert all("takes more than" in row["note"] and row["error"] == "error" for row in rows)
    assert "page.html" in done.stderr


@pytest.mark.parametrize("name", [name for name in WORDS if name != "explain"])
def test_extract_reads_a_page_within_the_limit(name: str, home: Home) -> None:
    words = command(name, home.root)
    limit(home, ALWAYS)
    done = run_inside("--home", home.root, "--json", *words)
    assert done.returncode == 0, done.stderr
    assert {row["title"] for row in json_lines(done.stdout)} == {"Cảng Cà Ná đón tàu"}


def test_explain_gives_a_page_up_and_says_so(home: Home) -> None:
    import click

    words = command("explain", home.root)
    limit(home, NEVER)
    with pytest.raises(click.UsageError, match="takes more than"):
        run_inside("--home", home.root, "--lang", "en", *words)
    limit(home, ALWAYS)
    assert run_inside("--home", home.root, "--json", *words).returncode == 0


@pytest.mark.parametrize("count", [1, 3, 5])
def test_pages_beyond_the_limit_are_each_named(count: int) -> None:
    documents = [page_document(f"http://bao.example/{n}", PAGE.encode()) for n in range(count)]
    results = list(read_articles(documents, ProcessSettings(seconds_per_document=NEVER)))
    assert [document.url for document, _ in results] == [document.url for document in documents]
    assert {article.reason for _, article in results if isinstance(article, Unreadable)} == {Reason.ERROR}
    results = list(read_articles(documents, ProcessSettings(seconds_per_document=ALWAYS)))
    assert all(isinstance(article, Article) for _, article in results)


def test_selectors_are_learnt_from_the_pages_that_are_read_in_time() -> None:
    documents = [page_document(f"http://bao.example/{n}", PAGE.encode()) for n in range(4)]
    late = learn_selectors(documents, ProcessSettings(seconds_per_document=NEVER))
    assert late is None or late.pages == 0
    learnt = learn_selectors(documents, ProcessSettings(seconds_per_document=ALWAYS))
    assert learnt is not None
    assert (learnt.pages, learnt.selectors.title) == (4, "h1")


def test_a_page_given_up_has_no_hits() -> None:
    document = page_document("http://bao.example/1", PAGE.encode())
    article, hits = read_page(document, load_rulebook(None), ProcessSettings(seconds_per_document=NEVER))
    assert isinstance(article, Unreadable)
    assert hits == ()
    article, hits = read_page(document, load_rulebook(None), ProcessSettings(seconds_per_document=ALWAYS))
    assert isinstance(article, Article)
    assert {hit.words for hit in hits} >= {"Ninh Thuận"}
