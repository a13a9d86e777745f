"""Pages that are made to be slow among good ones, and a host half of whose feeds are broken."""

import gzip
import json
import time
from datetime import timedelta

from benchmarks.chaos.press import GrowingPress
from benchmarks.chaos.scene import DUE, Scene
from tests.support.local_site import Reply

#: Attributes of the paragraph that makes a page slow, as in the incident that this repeats.
_ATTRIBUTES = 200_000
_PARTS = (
    lambda: "<p " + " ".join(f'a{n}="{n}"' for n in range(_ATTRIBUTES)) + ">Đoạn cuối.</p>",
    lambda: "".join(f"<p>Đoạn {n}.</p>" for n in range(30_000)),
    lambda: "<p>" + "dòng chữ<br>" * 30_000 + "</p>",
    lambda: "<p>" + "&amp;" * 100_000 + "</p>",
    lambda: "<div>" * 20_000,
)
#: Good pages beside those that are slow, all at once.
_GOOD = 30
#: Of so many pages one is made to be slow.
_ONE_IN = 10


def poison(scene: Scene, times: int) -> None:
    """Offer so many slow pages, each among nine good ones."""
    while scene.tally.done < times:
        day = scene.midnight()
        scene.stage.until(day)
        for _ in range(min(4, times - scene.tally.done)):
            scene.press.offer_poison(_PARTS[scene.tally.done % len(_PARTS)](), scene.stage.now)
            scene.press.offer(_ONE_IN - 1, scene.stage.now)
            scene.tally.done += 1
        scene.stage.until(day + timedelta(hours=8))
        scene.stage.ask_after_letters()
        scene.ask()


def poison_at_once(scene: Scene, times: int) -> None:
    """Offer so many pages with an attribute too many, all at once and before thirty good ones; note what that took."""
    day = scene.midnight()
    scene.stage.until(day)
    for _ in range(times):
        scene.press.offer_poison(_PARTS[0](), scene.stage.now)
    scene.press.offer(_GOOD, scene.stage.now)
    scene.stage.until(day + DUE["process"] - timedelta(minutes=1))
    began = time.monotonic()
    scene.stage.until(day + DUE["digest"] - timedelta(minutes=1))
    scene.tally.notes.append(f"{times} of them and {_GOOD} good ones were read in {time.monotonic() - began:.0f} s")
    scene.tally.done = times
    scene.stage.until(day + timedelta(hours=8))
    scene.stage.ask_after_letters()
    scene.ask()


#: What half of the feeds answer instead of their articles.
def _hang(_: dict[str, str]) -> Reply:
    time.sleep(3)
    return Reply(status=200)


_BROKEN = (
    _hang,
    Reply(status=500),
    Reply(gzip.compress(b"<rss/>" * 999)[:40], "application/rss+xml", headers={"Content-Encoding": "gzip"}),
    Reply("<rss><channel><item>", "application/rss+xml"),
)
HOST_FEEDS = 2 * len(_BROKEN)


def half_broken_host() -> GrowingPress:
    """Return a press of one host with eight feeds."""
    return GrowingPress(1, HOST_FEEDS)


def _check_named(scene: Scene) -> None:
    """Check that `status` names the source half of whose feeds are broken, whether or not it calls that well."""
    [source] = json.loads(scene.last_said.splitlines()[-1])["sources"]
    if source["feeds_failed"] != HOST_FEEDS // 2 or len(source["reasons"]) != len(_BROKEN):
        scene.tally.problems.append(f"of {HOST_FEEDS // 2} broken feeds status names {source}"[:300])


def break_feeds(scene: Scene, times: int) -> None:
    """Break half of the feeds of the only host for so many days, then all of them for one, and mend them."""
    stage, [outlet] = scene.stage, scene.press.outlets
    while scene.tally.done < times:
        day = scene.midnight()
        stage.until(day)
        outlet.break_feeds(dict(zip(outlet.feeds[: HOST_FEEDS // 2], _BROKEN, strict=True)))
        scene.press.offer(HOST_FEEDS * 2, stage.now)
        stage.until(day + timedelta(hours=8))
        stage.ask_after_letters()
        scene.ask()
        _check_named(scene)
        scene.tally.done += 1
    day = scene.midnight()
    stage.until(day)
    outlet.break_feeds(dict.fromkeys(outlet.feeds, Reply(status=500)))
    stage.until(day + timedelta(hours=8))
    scene.broken.add("no feed of the only host can be read")
    scene.ask()
    scene.broken.clear()
    outlet.break_feeds({})
