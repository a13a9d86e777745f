"""docs/security.md names tests: each of them is there."""

import re
from pathlib import Path

from tests.support.siege import routes

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


def test_the_samples_of_proxies_log_no_path_with_a_token() -> None:
    """Whatever route has a token in its path is left out by the samples of both proxies, and named before them."""
    sample = (_ROOT / "deploy" / "README.md").read_text("utf-8")
    prefixes = {route.path.partition("{token}")[0] for _, route in routes() if "{token}" in route.path}
    assert prefixes == {"/invitation/", "/register/calendar/"}
    caddy = re.search(r"@secret path (.+)\n\s+log_skip @secret\n", sample)
    assert caddy is not None
    assert {path.removesuffix("*") for path in caddy[1].split()} == prefixes
    nginx = re.search(r"map \$request_uri \$diembao_logged \{\n(.+?)\n    default 1;", sample, re.DOTALL)
    assert nginx is not None
    left_out = [line.split() for line in nginx[1].splitlines()]
    assert {(pattern.removeprefix("~^"), logged) for pattern, logged in left_out} == {(one, "0;") for one in prefixes}
