"""docs/security.md names tests: each of them is there."""

import re
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_TEST = re.compile(r"`(test_\w+)`")


def test_every_test_that_the_document_names_is_there() -> None:
    document = (_ROOT / "docs" / "security.md").read_text("utf-8")
    there = {
        name
        for path in (_ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = set(_TEST.findall(document))
    assert len(named) > 50
    assert named - there == set()


def test_every_line_of_its_tables_names_a_requirement_and_a_test() -> None:
    lines = (_ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| |")]
    assert len(rows) > 35
    assert [row[:60] for row in rows if not re.match(r"\| \d+\.\d+\.\d+", row) or not _TEST.search(row)] == []
