"""Every fault of support/faults, crawled at once in a network namespace of its own, ends in its named outcome."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import Reason
from tests.support.faults.catalogue import faults

pytestmark = pytest.mark.long(30)

NAMESPACE = ("unshare", "-rnm")
FAULTS = {fault.name: fault for fault in faults()}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here (unshare -rnm)")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.support.faults", str(tmp_path_factory.mktemp("faults"))],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def polls(told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["poll"]: line for line in told if "poll" in line}


@pytest.fixture(scope="module")
def cost(told: list[dict[str, Any]]) -> dict[str, Any]:
    return told[-1]


def test_there_are_enough() -> None:
    assert len(FAULTS) >= 130


def test_every_feed_ends_once(told: list[dict[str, Any]]) -> None:
    assert Counter(line["poll"] for line in told if "poll" in line) == Counter(list(FAULTS))


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.at == "feed"])
def test_fault_of_a_feed(name: str, polls: dict[str, dict[str, Any]]) -> None:
    fault, poll = FAULTS[name], polls[name]
    assert (poll["reason"], poll["count"]) == (fault.reason, fault.entries), poll
    assert fault.note in poll["note"]


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.at == "page"])
def test_fault_of_a_page(name: str, told: list[dict[str, Any]]) -> None:
    """Of a host that is left alone after the first pages, the others are not asked."""
    pages = [line for line in told if line.get("page") == name]
    asked = [page["reason"] for page in pages if page["reason"] != Reason.NOT_ASKED]
    assert asked == [FAULTS[name].reason] * len(asked), pages[:3]
    assert (len(pages), len(asked) >= 1) == (FAULTS[name].pages, True)
    assert len(asked) == len(pages) or FAULTS[name].pages == 30


def test_nothing_went_inside(cost: dict[str, Any]) -> None:
    assert cost["intruders"] == []


def test_memory_and_time_are_bounded(cost: dict[str, Any]) -> None:
    assert cost["own_mb"] + cost["child_mb"] < 400
    assert cost["seconds"] < 90


@pytest.mark.parametrize(
    "name",
    ["wrong charset in header", "wrong charset in declaration", "two bad bytes", "UTF-16", "windows-1258"],
)
def test_no_garbled_letters(name: str, polls: dict[str, dict[str, Any]]) -> None:
    assert polls[name]["entries"][0][0].startswith("Gió mạnh ở Cà Ná")


def test_entities_are_not_followed(polls: dict[str, dict[str, Any]]) -> None:
    for name in ("a thousand million laughs", "external entity"):
        title = polls[name]["entries"][0][0]
        assert len(title) < 100
        assert "root" not in title


def test_links_that_are_none_are_counted(polls: dict[str, dict[str, Any]]) -> None:
    assert polls["odd links"]["invalid"] == 4
    assert [url.rpartition("/")[2] for _, url in polls["odd links"]["entries"]] == ["khong-tieu-de.html", "dem.html"]


def test_an_index_keeps_no_validators_and_names_what_failed(polls: dict[str, dict[str, Any]]) -> None:
    assert polls["sitemap index in trouble"]["etag"] is None
    assert "broken.xml" in polls["sitemap index in trouble"]["note"]


def test_a_host_is_given_the_time_it_asks_for(cost: dict[str, Any]) -> None:
    for name in ("429, come back in seconds", "429, come back at a time"):
        first, second = (at for at, path in cost["asked"][name] if path == "/feed")
        assert 0.9 < second - first < 15  # the date has whole seconds: 2 s may be little more than 1


def test_hosts_in_trouble_are_left_alone(cost: dict[str, Any]) -> None:
    asked = Counter({name: len([p for _, p in lines if "page" in p]) for name, lines in cost["asked"].items()})
    assert asked["thirty pages, no answer"] <= 4
    assert asked["thirty pages, come back in a year"] == 1
    assert asked["thirty pages, come back in a year, said late"] == 1
    assert max(Counter(path for _, path in cost["asked"]["500 always"]).values()) == 3


def test_a_cookie_is_never_given_back(polls: dict[str, dict[str, Any]]) -> None:
    assert polls["wants its cookie back"]["reason"] == Reason.OK


def test_relative_links_are_led_by_where_they_stand(polls: dict[str, dict[str, Any]]) -> None:
    paths = ["/" + url.split("/", 3)[3] for _, url in polls["relative links"]["entries"]]
    assert paths == ["/sau/a.html", "/goc/b.html"]


def test_a_password_is_told_to_one_server_and_to_no_one_else(told: list[dict[str, Any]]) -> None:
    """The other host answers 500 to it, and no line that was told to the desk shows it."""
    lines = json.dumps([line for line in told[:-1] if line.get("poll") == "wants a login"], ensure_ascii=False)
    assert '"reason": "ok"' in lines
    assert "khẩu" not in lines
    assert "kh%E1" not in lines


def test_a_name_keeps_the_address_that_was_looked_at(cost: dict[str, Any]) -> None:
    """robots.txt and the feed came from one address, although the name server would have said another by then."""
    assert [path for _, path in cost["asked"]["name that moves inside"]] == ["/robots.txt", "/feed"]
