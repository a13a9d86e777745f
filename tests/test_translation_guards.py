"""Guards of translations: wrong ones are refused with the right reason, right ones are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from pipeline.i18n.language import LANGUAGES
from pipeline.rules.rulebook import Rulebook
from pipeline.translation.guards import check_translation
from pipeline.translation.names import known_names
from pipeline.translation.reason_text import translation_reason_text

_CASES = Path(__file__).parent / "data" / "translation" / "guard_cases.tsv"


@dataclass(frozen=True, slots=True)
class Case:
    """One translation; `code` is '' for a right one, `held` one that was set aside before the guards were written."""

    line: int
    language: str
    original: str
    translated: str
    code: str
    held: bool


def read_cases() -> Iterator[Case]:
    language = original = ""
    for number, line in enumerate(_CASES.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        kind, *rest = line.split("\t")
        if kind == "ORIGINAL":
            language, original = rest
        elif kind == "BAD":
            yield Case(number, language, original, rest[1], rest[0], False)
        else:
            yield Case(number, language, original, rest[0], "", kind == "HELD")


CASES = list(read_cases())


@cache
def rules() -> Rulebook:
    return load_rulebook(None)


def code_of(case: Case) -> str:
    names = known_names(case.original, case.language, rules())
    reason = check_translation(case.original, case.translated, case.language, names=names, rules=rules())
    return reason.code if reason else ""


def refused(cases: list[Case]) -> list[str]:
    return [f"line {case.line}: {code_of(case)}" for case in cases if code_of(case)]


def test_the_table_is_large_enough() -> None:
    bad, good = [case for case in CASES if case.code], [case for case in CASES if not case.code]
    assert len(bad) >= 80
    assert len(good) >= 80
    # Held out: a third when the table was written, before the guards.
    assert sum(case.held for case in good) >= 30
    assert {case.language for case in CASES} >= {"ja", "ko", "zh", "ru", "de", "fr", "en", "es", "th", "lo"}


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: f"line-{case.line}")
def test_a_wrong_translation_is_refused(case: Case) -> None:
    assert code_of(case) == case.code


@pytest.mark.parametrize("held", [False, True])
def test_right_translations_are_shown(held: bool) -> None:
    good = [case for case in CASES if not case.code and case.held == held]
    wrongly = refused(good)
    assert len(wrongly) <= 0.02 * len(good), wrongly


def test_every_reason_has_its_sentence() -> None:
    for case in CASES:
        names = known_names(case.original, case.language, rules())
        reason = check_translation(case.original, case.translated, case.language, names=names, rules=rules())
        if reason is None:
            continue
        for language in LANGUAGES:
            sentence = translation_reason_text(reason, language)
            assert sentence != reason.code
            assert "{" not in sentence or "{" in case.translated
