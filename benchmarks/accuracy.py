"""Scores of what the program says of real labelled text: on what its weights learnt from, and on what was set aside.

`python -m benchmarks.accuracy` fits rules alone, rules with words, and rules with words and vectors on seven in ten
records, and scores each on these (cross-validated), on the three in ten that were set aside, and on items drawn later,
to which nothing is fitted (tests/support/real_labels.py). It ends with 1 where a score fell by more than its interval
since the release whose scores are kept (accuracy_scores.json); `--keep` keeps those of this run.

`python -m benchmarks.accuracy --train DIR` fits the weights that are shipped, on everything.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from config.opinion import EXAMPLES, OPINION, dump_examples, dump_opinion_model, load_examples
from config.rulebook import MODELS, load_rulebook
from diembao.encoding.local import LocalEncoder, is_installed
from diembao.evaluation.metrics import EvaluationReport, Figure, compare, evaluate_record
from diembao.evaluation.pairs import evaluate_pairs
from diembao.evaluation.retraining import Teacher, cross_validate
from diembao.evaluation.training import dump
from pipeline.opinion.encoder import Encoder
from pipeline.opinion.examples import Examples
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.opinion.passages import head_text
from storage.derived.kept_vectors import KeptVectors
from tests.support.labelled_pairs import pairs_with_texts
from tests.support.real_labels import REAL, guide_records, is_set_aside, later_records, reader_records

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Vectors

SCORES = Path(__file__).with_name("accuracy_scores.json")
#: Parts of the records that are scored by themselves
SETS = ("about the province", "unpicked", "any place", "all")
Records = list[dict[str, Any]]


class NoVectors:
    """An encoder that says nothing: what is left of the second opinion are the words."""

    name = "none"

    def encode(self, texts: Sequence[str], /) -> "Vectors":
        """See Encoder."""
        return np.zeros((len(texts), 1), dtype=np.float32)


def part(records: Records, name: str) -> Records:
    """Return the records of one of SETS."""
    if name == "about the province":
        return [r for r in records if r.get("about_ninh_thuan") in ("main", "mention")]
    if name == "unpicked":
        return [r for r in records if r["set"] == "dev2"]
    return [r for r in records if r["set"] == "topics.dev"] if name == "any place" else records


def figures(records: Records, rules: Rulebook) -> dict[str, Figure]:
    """Return each figure of each set by its name."""
    found: dict[str, Figure] = {}
    for name in SETS:
        report = compare([evaluate_record(record, rules) for record in part(records, name)], rules)
        found |= {f"{name}: {what}": figure for what, figure in _figures(report).items()}
    return found


def _later_figures(records: Records, rules: Rulebook) -> dict[str, Figure]:
    report = compare([evaluate_record(record, rules) for record in records], rules)
    wanted = ("topics", "topics, macro", "tone of another place")
    return {f"drawn later: {what}": figure for what, figure in _figures(report).items() if what in wanted}


def _figures(report: EvaluationReport) -> dict[str, Figure]:
    named = {"relevance": report.relevance_f1, "grade": report.grade, "topics": report.micro, "tone": report.tone}
    if not report.tone:
        named["tone of another place"] = report.tone_elsewhere
    found = {what: figure for what, figure in named.items() if figure is not None}
    if report.macro is not None and report.micro is not None:
        # The mean over topics has no interval of its own: thin topics swing more than the sum of all.
        width = report.micro.high - report.micro.low
        found["topics, macro"] = Figure(report.macro, report.macro - width, report.macro + width, report.micro.n)
    return found


def pair_figures(rules: Rulebook) -> dict[str, Figure]:
    """Return the figures of reprints and happenings of each part of the labelled pairs."""
    parts: dict[str, Records] = {}
    for name, pair in pairs_with_texts():
        parts.setdefault(name, []).append(pair)
    found: dict[str, Figure] = {}
    for name, pairs in parts.items():
        report = evaluate_pairs(pairs, rules)
        found |= {f"pairs {name}: reprints": report.dup_f1, f"pairs {name}: happenings": report.same_f1}
    return found


def measure(cache: Path, console: Console) -> dict[str, Figure]:
    """Print the figures of each variant on both halves, and return those of the last on what was set aside."""
    rules, guide, further = load_rulebook(None), guide_records(), reader_records()
    learnt = [record for record in guide if not is_set_aside(record["id"])]
    aside, later = [record for record in guide if is_set_aside(record["id"])], later_records()
    variants: dict[str, Encoder | None] = {
        "rules": None,
        "rules, words": NoVectors(),
        "rules, words, vectors": KeptVectors(LocalEncoder(), cache),
    }
    last: dict[str, Figure] = {}
    table = Table("variant", "figure", "learnt from, cross-validated", "set aside", "interval", "records")
    for name, encoder in variants.items():
        teacher = Teacher(encoder, load_examples(None, encoder.name if encoder else ""))
        validated = _figures(cross_validate([*learnt, *further], rules, teacher, folds=3))
        fitted = teacher.fit([*learnt, *further], rules)
        last = figures(aside, fitted) | _later_figures(later, fitted)
        for what, figure in last.items():
            whole = validated.get(what.removeprefix("all: ")) if what.startswith("all: ") else None
            table.add_row(
                name,
                what,
                f"{whole.value:.3f}" if whole else "",
                f"{figure.value:.3f}",
                f"{figure.low:.3f}-{figure.high:.3f}",
                str(figure.n),
            )
        table.add_section()
    console.print(table)
    of_pairs = pair_figures(rules)
    for what, figure in of_pairs.items():
        console.print(f"{what}: {figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f}), {figure.n} pairs")
    return last | of_pairs


def train(cache: Path, folder: Path) -> None:
    """Fit the weights on all records and write the files of a configuration folder."""
    examples = load_examples(None, "")
    encoder = KeptVectors(LocalEncoder(), cache)
    new = Teacher(encoder, Examples(examples.all)).fit([*guide_records(), *reader_records()], load_rulebook(None))
    assert new.opinion is not None
    (folder / MODELS).write_text(dump(new.models), "utf-8")
    (folder / OPINION).write_text(dump_opinion_model(new.opinion.model), "utf-8")
    vectors = encoder.encode([head_text(one.title, one.text) for one in examples.all])
    (folder / EXAMPLES).write_text(dump_examples(encoder.name, examples.all, vectors), "utf-8")


def fallen(found: dict[str, Figure]) -> list[str]:
    """Return the figures that fell by more than their interval since the kept release."""
    kept = json.loads(SCORES.read_text("utf-8")) if SCORES.exists() else {}
    return [
        f"{what}: {found[what].value:.3f}, it was {row['value']:.3f}"
        for what, row in kept.items()
        if what in found and found[what].value < row["low"]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or train; return 1 where a score fell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the scores of this run as those of the release")
    parser.add_argument("--train", type=Path, metavar="DIR", help="fit the weights that are shipped, into this folder")
    parser.add_argument("--cache", type=Path, help="file in which vectors are kept from run to run")
    options = parser.parse_args(arguments)
    console = Console(width=130)
    if not REAL.exists() or not is_installed():
        console.print(f"accuracy: not measured; {REAL} or the extra `encoder` is missing")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cache = options.cache or Path(folder) / "vectors.sqlite"
        if options.train is not None:
            train(cache, options.train)
            return 0
        found = measure(cache, console)
    worse = fallen(found)
    for line in worse:
        console.print(f"fell: {line}")
    if options.keep:
        rows = {what: {"value": round(f.value, 4), "low": round(f.low, 4), "n": f.n} for what, f in found.items()}
        SCORES.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
