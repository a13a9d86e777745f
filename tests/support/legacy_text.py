"""Unicode text written in old Vietnamese encodings: TCVN3, VNI, windows-1258."""

import html
import unicodedata

from pipeline.text.legacy_encodings import Encoding, convert

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS = [chr(c) for c in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))]
_HIGH = [chr(c) for c in range(0xA1, 0x100)]
_VNI_BASES = "aeouyAEOUYôöÔÖ"


def _inverse(codes: list[str], encoding: Encoding) -> dict[str, str]:
    """Return the code of each letter, by asking the converter for every code."""
    code_of: dict[str, str] = {}
    for code in codes:
        letter = convert(code, encoding)
        if letter != code and len(letter) == 1:
            code_of.setdefault(letter, code)
    return code_of


_TCVN3 = _inverse(_HIGH, "tcvn3")
_VNI = _inverse([*_HIGH, *(base + mark for base in _VNI_BASES for mark in _HIGH)], "vni")


def to_tcvn3(text: str) -> str:
    """TCVN3 has no capitals with a tone: fonts of capitals show the small letters as such."""
    return "".join(_TCVN3.get(c, _TCVN3.get(c.lower(), c)) for c in unicodedata.normalize("NFC", text))


def to_vni(text: str) -> str:
    """VNI has no code of its own for í and ì, which it shares with windows-1252."""
    return "".join(c if c in "íìÍÌ" else _VNI.get(c, c) for c in unicodedata.normalize("NFC", text))


def decomposed_tones(text: str) -> str:
    """Windows-1258 writes the tone behind its letter."""
    out = []
    for c in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", c)
        tone = "".join(p for p in parts[1:] if p in _TONES)
        out.append(unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone)) + tone)
    return "".join(out)


def through_cp1258(text: str) -> str:
    return decomposed_tones(text).encode("cp1258", "ignore").decode("cp1258")


def page(title: str, body: str, encoding: str, label: str) -> bytes:
    """Return an article page in `encoding` that declares the charset `label`, or none if ''."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in body.split("\n"))
    name = html.escape(title)
    return (
        f"<html><head>{meta}<title>{name}</title></head><body><div class='article'><h1>{name}</h1>{paragraphs}</div>"
        "</body></html>"
    ).encode(encoding, "ignore")
