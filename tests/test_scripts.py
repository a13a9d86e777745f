"""Ranges of Unicode scripts: each is written once, and means the code points it always meant."""

import re
from pathlib import Path

import pytest

from pipeline.text import scripts

_ROOT = Path(__file__).resolve().parent.parent
#: a range of code points of a script, written by hand
_HAND_WRITTEN = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})-\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|À-ɏ|Ạ-Ỹ|à-ÿ")
#: invisible characters, illegal ones and halves of surrogate pairs belong to no script
_NO_SCRIPT = re.compile(r"\\u2028-\\u202e|\\u202a-\\u202e|\\u206[06]-\\u206[4f]|\\ufff9-\\ufffb|\\ud800-\\udfff")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("THAI", 0x0E01, 0x0E5B),
        ("LAO", 0x0E81, 0x0EDF),
        ("THAI_AND_LAO_BLOCKS", 0x0E00, 0x0EFF),
        ("MYANMAR", 0x1000, 0x109F),
        ("KHMER", 0x1780, 0x17FF),
        ("KANA", 0x3040, 0x30FF),
        ("ASSIGNED_KANA", 0x3041, 0x30FF),
        ("KANA_EXTENSIONS", 0x31F0, 0x31FF),
        ("HAN_EXTENSION_A", 0x3400, 0x4DBF),
        ("HAN_UNIFIED", 0x4E00, 0x9FFF),
        ("HAN", 0x3400, 0x9FFF),
        ("HAN_COMPATIBILITY", 0xF900, 0xFAFF),
        ("HAN_SUPPLEMENTARY", 0x20000, 0x3134F),
        ("HANGUL", 0xAC00, 0xD7AF),
        ("HANGUL_JAMO", 0x1100, 0x11FF),
        ("CYRILLIC", 0x0400, 0x04FF),
        ("RUSSIAN", 0x0410, 0x044F),
        ("ARABIC", 0x0600, 0x06FF),
        ("VIETNAMESE_EXTENDED", 0x1EA0, 0x1EF9),
    ],
)
def test_a_range_ends_where_it_always_did(name: str, first: int, last: int) -> None:
    assert _code_points(getattr(scripts, name)) == set(range(first, last + 1))


def test_unions_hold_their_parts_and_nothing_else() -> None:
    unspaced = {*range(0xE00, 0xF00), *range(0x1780, 0x1800), *range(0x3040, 0x3100), *range(0x3400, 0xA000)}
    assert _code_points(scripts.UNSPACED) == unspaced
    assert _code_points(scripts.UNSPACED_AND_HANGUL) == unspaced | {*range(0xAC00, 0xD7B0)}
    assert _code_points(scripts.WITHOUT_BOUNDARIES) == unspaced | {*range(0xAC00, 0xD7B0), *range(0xF900, 0xFB00)}
    latin = {*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x1EA0, 0x1EFA)}
    assert _code_points(scripts.LATIN) == latin
    assert _code_points(scripts.LATIN_1_SMALL) == {*range(0x61, 0x7B), *range(0xE0, 0x100)}


def test_vietnamese_letters_are_lower_case_and_distinct() -> None:
    letters = scripts.VIETNAMESE_LETTERS
    assert letters == letters.lower()
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("package", ["pipeline", "analysis"])
def test_no_other_module_writes_a_script_range(package: str) -> None:
    home = _ROOT / "pipeline" / "text" / "scripts.py"
    places = [
        f"{path.relative_to(_ROOT)}: {match[0]}"
        for path in sorted((_ROOT / package).rglob("*.py"))
        if path != home
        for match in _HAND_WRITTEN.finditer(path.read_text("utf-8"))
        if not _NO_SCRIPT.fullmatch(match[0])
    ]
    assert places == []


def _code_points(ranges: str) -> set[int]:
    pattern = re.compile(f"[{ranges}]")
    return {code for code in range(0x32000) if pattern.match(chr(code))}
