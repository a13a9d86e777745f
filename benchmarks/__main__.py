"""`make bench`: cost of extraction and tagging on one core, as ratios to trafilatura in the same run."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

from benchmarks import (
    accuracy,
    backfill,
    backfilled_year,
    crawl_cpu,
    documents,
    exports,
    funnel,
    polling,
    processing,
    reads,
    report,
    review,
    scale,
    searching,
    start_up,
    store,
    stories,
    year,
)
from benchmarks.goals import print_goals
from config.opinion import load_opinion_model
from config.rulebook import load_rulebook
from diembao.demo.server import Press
from diembao.encoding.local import LocalEncoder, is_installed
from pipeline.extraction.extract import extract_page
from pipeline.opinion.second_opinion import SecondOpinion
from pipeline.records import Article, Text
from pipeline.rules.rulebook import Rulebook, with_opinion
from pipeline.tagging.tagger import tag

_ROUNDS = 3


def pages() -> list[tuple[str, bytes]]:
    """Return (address, bytes) of the articles of the sample press that answer."""
    fetched: list[tuple[str, bytes]] = []
    with Press(datetime.now(UTC), slow=0.0) as press:
        for article in press.articles:
            try:
                address = press.address(article.outlet, article.slug)
                with urlopen(address, timeout=10) as answer:
                    fetched.append((address, answer.read()))
            except OSError:
                continue  # some pages of the sample press fail on purpose
    return fetched


def _opinion_cost(texts: list[Text], rules: Rulebook, yardstick: float) -> str:
    """Return what the second opinion adds to an article about the province, the only ones that have one."""
    if not is_installed():
        return "second opinion: not measured; the extra `encoder` is not installed"
    model = load_opinion_model(None)
    opinion = with_opinion(rules, SecondOpinion(LocalEncoder(), model))
    about = [text for text in texts if tag(text, rules).relevance != "no"]
    tag(about[0], opinion)  # loads the model
    cost: list[float] = []
    for one in (rules, opinion):
        began = time.process_time()
        for text in about:
            tag(text, one)
        cost.append((time.process_time() - began) / len(about))
    added = cost[1] - cost[0]
    return (
        f"second opinion of {len(about)} articles about the province: {added * 1000:.0f} ms each, "
        f"{added / yardstick:.1f} × trafilatura; nothing for others, and nothing for a text that was encoded before"
    )


def main() -> int:
    import trafilatura

    began = time.process_time()
    rules = load_rulebook(None)
    tag(Text("", "", "Cảng Cà Ná, tỉnh Ninh Thuận"), rules)
    loading = time.process_time() - began
    sample = pages()
    texts = [
        Text(article.url, article.title, article.text, published=article.published)
        for url, body in sample
        if isinstance(article := extract_page(body, url), Article)
    ]
    trials: dict[str, Callable[[], object]] = {
        "trafilatura": lambda: [trafilatura.extract(body) for _, body in sample],
        "trafilatura with metadata": lambda: [
            trafilatura.bare_extraction(body, with_metadata=True) for _, body in sample
        ],
        "read a page (consensus, metadata, dates)": lambda: [extract_page(body, url) for url, body in sample],
        "tag its text": lambda: [tag(text, rules) for text in texts],
    }
    seconds: dict[str, list[float]] = {name: [] for name in trials}
    for _ in range(_ROUNDS):
        for name, trial in trials.items():  # in turn, so that a slow spell of the machine meets all of them
            began = time.process_time()
            trial()
            seconds[name].append(time.process_time() - began)
    table = Table("one core", "ms a page", "× trafilatura", title=f"{len(sample)} pages, {_ROUNDS} rounds")
    yardstick = median(seconds["trafilatura"])
    for name, times in seconds.items():
        table.add_row(name, f"{median(times) / len(sample) * 1000:.1f}", f"{median(times) / yardstick:.2f}")
    console = Console()
    console.print(table)
    console.print(_opinion_cost(texts, rules, yardstick / len(sample)))
    console.print(f"loading rules and models in a new process: {loading:.2f} s")
    polling.report()
    missed = [
        *start_up.main(),
        *funnel.main([]),
        *backfill.main([]),
        *backfilled_year.main([]),
        *processing.main([]),
        *scale.main([]),
        *crawl_cpu.report(),
        *documents.main(),
        *exports.main([]),
        *searching.main(["--items", "20000"]),
        *reads.main(["--items", "200000"]),
        *year.main([]),
    ]
    store.main(["--items", "20000"])  # a million takes hours: docs/searching.md
    review.main([])  # a decision and the next card at 100,000 articles
    report.main([])  # some ten minutes, most of them to load a million articles
    stories.main()  # the longest by far: about an hour
    has_fallen = accuracy.main([])
    print_goals("Goals that are missed", missed)
    return 1 if missed or has_fallen else 0


if __name__ == "__main__":
    sys.exit(main())
