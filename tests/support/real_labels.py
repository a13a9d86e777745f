"""Labelled real texts in a folder beside the project: the guide's own, and those that further readers labelled."""

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

REAL = Path(__file__).parents[3] / "shared" / "real"
LABELS = Path(__file__).parents[1] / "data" / "reader_labels.tsv"
#: Items drawn and labelled before the labels of the last fit were chosen; nothing is ever fitted to them
LATER = LABELS.with_name("later_labels.tsv")
#: Files of the guide: news of the province, topics of any place that are thin there, an unpicked sample
FILES = ("dev.jsonl", "topics.dev.jsonl", "dev2.jsonl")
FEEDS = ("background.jsonl.gz", "year.jsonl.gz")
_START = '{"id": "'


def is_set_aside(record_id: str) -> bool:
    """Whether a record was set aside before the second opinion was begun: three in ten, by a hash of the id."""
    return hashlib.sha256(f"21:{record_id}".encode()).digest()[0] % 10 < 3


def guide_records() -> list[dict[str, Any]]:
    """Return the records of the guide, each with its file as 'set'."""
    records = []
    for name in FILES:
        for line in (REAL / name).read_text("utf-8").splitlines():
            records.append({**json.loads(line), "set": name.removesuffix(".jsonl")})
    return records


def reader_records() -> list[dict[str, Any]]:
    """Return the feed items and articles that further readers labelled; they count half, and score nothing."""
    return [{**record, "weight": 0.5, "origin": "reader"} for record in _feed_records(LABELS)]


def later_records() -> list[dict[str, Any]]:
    """Return 150 items that name a Vietnamese province, drawn at random: 100 of the feeds, 50 of the background.

    They are scored alone. None is about the province; their tone is that of the place that they are about.
    """
    return [{**record, "set": "drawn later"} for record in _feed_records(LATER)]


def _feed_records(file_of_labels: Path) -> list[dict[str, Any]]:
    with file_of_labels.open(encoding="utf-8", newline="") as file:
        labels = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    records = []
    for name in FEEDS:
        with gzip.open(REAL / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = labels.pop(line[len(_START) : line.index('"', len(_START))], None)
                if row is not None:
                    records.append({**json.loads(line), **_labels(row)})
    return records


def _labels(row: dict[str, str]) -> dict[str, Any]:
    return {
        "about_ninh_thuan": row["about"],
        "topics": row["topics"].split(",") if row["topics"] else [],
        "tone": row["tone"] or None,
    }
