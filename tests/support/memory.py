"""`python -m tests.support.memory N`: peak memory of tagging N texts, a fifth of the way and at the end."""

import random
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from config.rulebook import load_rulebook
from diembao.demo.articles import articles
from pipeline.records import Text
from pipeline.tagging.tagger import tag


def texts(count: int) -> Iterator[Text]:
    """Yield texts made of sentences of the sample press, each different and as long as a news item."""
    draw = random.Random(1)
    pool = [s for a in articles() for p in a.paragraphs for s in p.split(". ")]
    for n in range(count):
        yield Text(str(n), draw.choice(pool)[:90], ". ".join(draw.choices(pool, k=draw.randint(1, 8))))


def peaks(count: int) -> tuple[int, int]:
    """Return the peak resident memory in KiB after a fifth of `count` texts, and after all."""
    rules = load_rulebook(None)
    early = 0
    for n, text in enumerate(texts(count), 1):
        tag(text, rules)
        if n == count // 5:
            early = peak()
    return early, peak()


def peak() -> int:
    """Return the peak memory of this process in KiB; without /proc it may include that of its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    early, late = peaks(count)
    print(f"{count} texts: {early // 1024} MiB after a fifth, {late // 1024} MiB after all")


if __name__ == "__main__":
    main()
