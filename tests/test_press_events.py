"""The happenings of the sample press: each is one event, by whoever and in whatever language it is told."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from diembao.demo.articles import articles
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Source, Text
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from pipeline.tagging.tagger import tag
from storage.database import open_database
from tests.support.factories import examine_pending, store_pages

NOW = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
#: Happenings told by more than one article, found by reading them all: name → articles. Every other article of the
#: sample press is alone in its event.
HAPPENINGS = {
    "drilling at the nuclear site": {
        "htdh/dien-hat-nhan-ninh-thuan-1-khoi-dong-khao-sat", "thoi-luan/khoan-64-lo-khao-sat-nha-may-dien-hat-nhan",
        "nam-trung-bo/khao-sat-dia-chat-buoc-cuoi", "ban-mai/bat-dau-dot-khoan-khao-sat-phuoc-dinh",
        "sea-wind/nintuon-wonjeon-ko", "severny/aes-izyskaniya", "lanmei/hedian-zuankong", "minami/genpatsu-ja",
        "eastern-sea/vietnam-nuclear-final-boreholes", "fernost/atomkraft-in-der-sandduene",
    },
    "plots for those who move": {
        "nang-gio/khu-tai-dinh-cu-dien-hat-nhan-ban-giao-dot-dau",
        "sea-wind/first-resettlement-plots-handed-over-for-nuclear-project", "sea-wind/aes-nintkhuan-pereselenie",
    },
    "floating storage of Cà Ná LNG": {
        "htdh/lng-ca-na-ky-hop-dong-khung-thue-kho-noi", "thoi-luan/lng-ca-na-chon-kho-noi",
        "phia-nam/kho-noi-lng-ca-na-som-tam-thang", "eastern-sea/floating-storage-ca-na", "hanbit/kana-lng-ko",
    },
    "projects shown in Seoul": {
        "htdh/hoi-nghi-xuc-tien-tai-seoul", "nam-trung-bo/gan-130-doanh-nghiep-han-quoc-nghe-gioi-thieu",
        "phia-nam/danh-muc-31-du-an-gioi-thieu-o-seoul", "sea-wind/korean-firms-briefed-on-southern-khanh-hoa",
        "sea-wind/nintuon-seoul-ko",
    },
    "salt for Japan": {
        "htdh/muoi-ca-na-xuat-khau-lo-dau-tien", "ban-mai/muoi-ca-na-sang-nhat", "phia-nam/muoi-tinh-ca-na-di-nhat",
        "eastern-sea/salt-to-japan", "minami/shio-ja",
    },
    "solar output cut at noon": {
        "phia-nam/dien-mat-troi-cat-giam-cong-suat-gio-trua", "eastern-sea/solar-curtailment-central-vietnam",
        "hanbit/nintuon-solar-ko",
    },
    "a blade of a wind turbine breaks": {
        "ban-mai/canh-quat-dien-gio-gay-o-phuoc-huu", "eastern-sea/turbine-blade-failure",
    },
    "classes in Cham script": {
        "nang-gio/lop-chu-cham-khong-gian-van-hoa-cham-thang-11", "eastern-sea/cham-script-classes",
        "sea-wind/chamskaya-pismennost",
    },
    "the rack railway": {
        "ban-mai/tuyen-duong-sat-rang-cua-thap-cham-da-lat", "courrier-mekong/la-voie-ferree-de-dalat",
    },
    "buoys for the corals of Vĩnh Hy": {
        "thoi-luan/vinh-vinh-hy-thu-phi-neo-do-bao-ve-san-ho", "sea-wind/mooring-buoys-protect-vinh-hy-corals",
    },
    "six hundred lamps of Bàu Trúc": {
        "nang-gio/gom-bau-truc-vao-khach-san", "sea-wind/zhan-zu-tao-qi", "courrier-mekong/bau-truc-six-cents-lampes",
    },
    "the keeper of the lighthouse": {
        "thoi-luan/cau-chuyen-nguoi-giu-den-mui-dinh", "courrier-mekong/le-phare-de-mui-dinh",
    },
    "grapes fetch a good price": {
        "nang-gio/nho-mong-tay-duoc-mua-duoc-gia", "sea-wind/nintuan-budou-ja", "severny/vinograd-nintkhuan",
        "sea-wind/ninh-thuan-khmer",
    },
    "a factory of submarine cables in Du Long": {
        "phia-nam/khu-cong-nghiep-du-long-lap-day", "sea-wind/energia-ninh-thuan-es",
    },
    "boards on the bay of Ninh Chữ": {
        "nang-gio/giai-luot-van-buom-ninh-chu-khoi-tranh", "sea-wind/windsurf-ninchu-ja",
    },
}  # fmt: skip
#: Articles that stay alone although they belong to one: they give no figure, or one in words only, and share with the
#: others only the place and what it is about.
NOT_YET = {
    "sea-wind/aes-nintkhuan-pereselenie", "courrier-mekong/bau-truc-six-cents-lampes",
    "courrier-mekong/le-phare-de-mui-dinh",
}  # fmt: skip


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the event of every article of the sample press that is about the province, by its key."""
    rules = load_rulebook()
    folder: Path = tmp_path_factory.mktemp("events")
    storage = open_database(f"sqlite:///{folder / 'd.db'}")
    storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    pages = {f"http://a.example/{a.key}": a for a in articles()}
    run = storage.service.begin_run("collect", NOW)
    poll = Poll("a", "http://a.example/rss", NOW, Reason.OK, entries=tuple(map(Entry, pages)))
    store_pages(storage, run, poll)

    def examine(document: Document) -> Coverage:
        a = pages[document.url]
        published = a.published(NOW) or NOW - timedelta(hours=1)
        tags = tag(Text(a.key, a.title, a.text, a.language, None, published), rules)
        article = Article(document.url, document.url, a.title, "", a.text, published=published, language=a.language)
        drawn = fingerprint_tagged(a.title, a.text, published, tags, rules)
        return Coverage(document.id, article, tags, dump(drawn))

    examine_pending(storage, examine, NOW)
    storage.stories.group(NOW)
    yield {pages[item.article.url].key: item.event for item in storage.articles.items() if item.article.url in pages}
    storage.close()


def test_every_happening_is_one_event(events: dict[str, str]) -> None:
    for name, keys in HAPPENINGS.items():
        carried = {events[key] for key in keys - NOT_YET if key in events}
        assert len(carried) == 1, name


def test_no_event_holds_two_happenings(events: dict[str, str]) -> None:
    happening = {key: name for name, keys in HAPPENINGS.items() for key in keys}
    members: dict[str, set[str]] = defaultdict(set)
    for key, event in events.items():
        members[event].add(happening.get(key, key))
    assert {event: names for event, names in members.items() if len(names) > 1} == {}


def test_the_drilling_is_told_by_ten_in_seven_languages(events: dict[str, str]) -> None:
    event = events["htdh/dien-hat-nhan-ninh-thuan-1-khoi-dong-khao-sat"]
    told = {a.key: a.language for a in articles() if events.get(a.key) == event}
    assert len(told) == 10
    assert set(told.values()) == {"vi", "en", "ru", "zh", "ja", "ko", "de"}


def test_what_is_not_joined_yet_is_known(events: dict[str, str]) -> None:
    for key in NOT_YET:
        alone = [other for other, event in events.items() if event == events[key]]
        assert alone == [key], "joined now: take it out of NOT_YET"
