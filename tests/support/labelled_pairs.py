"""Pairs of real articles labelled by reading: ids and labels are here, the texts in a folder beside the project."""

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAIRS = Path(__file__).parents[1] / "data" / "labelled_pairs.tsv"
REAL = Path(__file__).parents[3] / "shared" / "real"
FILES = ("background.jsonl.gz", "year.jsonl.gz")
#: The half that rules were tuned on, the half held back, and pairs drawn and labelled after both had been seen
PARTS = ("fitted", "held back", "drawn later")
_START = '{"id": "'


def read_pairs() -> list[dict[str, str]]:
    """Return the rows of the file: drawing, group, id_a, id_b, label, note."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def part_of(row: dict[str, str]) -> str:
    """Return the part of a pair: those of one affair lie in one half."""
    if row["drawing"] == "2":
        return "drawn later"
    held_back = hashlib.sha256(f"21:{row['group']}".encode()).digest()[0] % 2
    return "held back" if held_back else "fitted"


def pairs_with_texts() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the part of each pair, and the pair as `evaluate_pairs` reads it. Raises KeyError for a lost text."""
    rows = read_pairs()
    texts = _texts({row[side] for row in rows for side in ("id_a", "id_b")})
    for row in rows:
        a, b = texts[row["id_a"]], texts[row["id_b"]]
        yield part_of(row), {"id": f"{row['id_a']} {row['id_b']}", "label": row["label"], "a": a, "b": b}


def _texts(wanted: set[str]) -> dict[str, dict[str, Any]]:
    texts = {}
    for name in FILES:
        with gzip.open(REAL / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                # One in 150 is wanted; to parse them all takes three seconds.
                end = line.index('"', len(_START))
                if (key := line[len(_START) : end]) in wanted:
                    texts[key] = json.loads(line)
    return texts
