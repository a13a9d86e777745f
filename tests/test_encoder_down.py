"""An encoder that is down: articles are processed all the same, everybody is told, and retag takes them up again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.engines.encoder import EncoderSettings
from config.opinion import load_opinion_model
from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.encoding.endpoint import EndpointEncoder
from diembao.jobs.process import process
from diembao.jobs.retag import retag
from diembao.service.status import service_status
from diembao.system.home import Home
from pipeline.opinion.second_opinion import SecondOpinion
from pipeline.records import Candidate, Entry, Poll, Reason
from pipeline.rules.rulebook import Rulebook, with_opinion
from storage.database import Database, open_database
from tests.support.alert_office import free_port
from tests.support.embedding_server import embedding_server
from tests.support.factories import store_pages
from tests.support.filled import SOURCE, quiet

pytestmark = pytest.mark.usefixtures("forked_workers")

AT = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
PAGES = {
    "nho": "Nho Ninh Thuận được mùa. Nông dân Ninh Phước, tỉnh Ninh Thuận thu hoạch nho từ sáng sớm, thương lái đến "
    "tận vườn.",
    "xa": "Hội chợ sách mở cửa tại Đà Nẵng. Hơn hai trăm gian hàng đón khách từ sáng sớm ở trung tâm thành phố.",
}


@pytest.fixture
def rules_up() -> Iterator[Rulebook]:
    """Rules whose encoder is a server that runs; workers ask it too."""
    with embedding_server() as address:
        yield rules_with(address)


@pytest.fixture
def rules_down() -> Rulebook:
    """The same rules, and nothing listens where the server should be."""
    return rules_with(f"http://127.0.0.1:{free_port()}/v1")


def rules_with(address: str) -> Rulebook:
    encoder = EndpointEncoder(EncoderSettings(backend="openai", address=address))
    return with_opinion(load_rulebook(), SecondOpinion(encoder, load_opinion_model(None)))


def page(candidate: Candidate) -> bytes:
    """Return a page with one of the texts."""
    title, text = PAGES[candidate.url.rsplit("/", 1)[1]].split(". ", 1)
    paragraphs = "".join(f"<p>{text}</p>" for _ in range(3))
    return f"<html><body><article><h1>{title}</h1>{paragraphs}</article></body></html>".encode()


@pytest.fixture
def storage(tmp_path: Path) -> Database:
    storage = open_database(tmp_path / "diembao.db")
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", AT)
    entries = tuple(Entry(f"https://a.example/{name}", title=text.split(".")[0]) for name, text in PAGES.items())
    store_pages(storage, run, Poll("a", SOURCE.feeds[0].url, AT, Reason.OK, 200, entries=entries), page)
    return storage


def test_articles_are_tagged_by_rules_alone_counted_and_taken_up_again(
    storage: Database, tmp_path: Path, rules_up: Rulebook, rules_down: Rulebook
) -> None:
    settings = ProcessSettings(workers=1)
    counts = process(storage, [SOURCE], rules_down, settings, progress=quiet)
    assert (counts["coverage"], counts["irrelevant"], counts["without_opinion"]) == (1, 1, 1)
    (item,) = storage.articles.items()
    assert item.tags.rules == rules_down.version_alone
    address, zone = f"sqlite:///{tmp_path / 'diembao.db'}", ZoneInfo("Asia/Ho_Chi_Minh")
    status = service_status(storage, Home(tmp_path), (), address, datetime.now(UTC), zone)
    assert [trouble for trouble in status.troubles if "diembao retag" in trouble and trouble.startswith("1 ")]
    # The text that is not about the province was to have no second opinion, and lacks none.
    changes = retag(storage, [SOURCE], rules_up, settings, since=None, dry_run=False, progress=quiet)
    assert (changes.texts, changes.without_opinion) == (1, 0)
    (item,) = storage.articles.items()
    assert item.tags.rules == rules_up.version == rules_down.version
    again = retag(storage, [SOURCE], rules_up, settings, since=None, dry_run=False, progress=quiet)
    assert again.texts == 0


def test_a_retagging_whose_encoder_fails_does_not_pass_for_done(storage: Database, rules_down: Rulebook) -> None:
    settings = ProcessSettings(workers=1)
    process(storage, [SOURCE], load_rulebook(), settings, progress=quiet)
    changes = retag(storage, [SOURCE], rules_down, settings, since=None, dry_run=False, progress=quiet)
    assert changes.without_opinion == 1
    (item,) = storage.articles.items()
    assert item.tags.rules == rules_down.version_alone
    assert storage.articles.count_outdated_taggings(rules_down.version) >= 1
