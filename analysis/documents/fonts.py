"""The typeface of charts, from a Python package: every machine then has all Vietnamese letters."""

import struct
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

#: Source Sans (SIL Open Font License), of the package font-source-sans-pro
FONT_NAME = "Source Sans Pro"


@cache
def font_folder() -> str:
    """Return the folder of the font files."""
    return str(files("font_source_sans_pro") / "files")


@cache
def register_fonts() -> None:
    """Register the typeface with vl_convert, once in a process."""
    import vl_convert

    vl_convert.register_font_directory(font_folder())


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the pixels that a line takes in the typeface at a size in pixels, without kerning.

    A character that the typeface lacks counts as wide as a full-width one.
    """
    advances = _advances(bold)
    return size * sum(advances.get(ord(character), 1.0) for character in text)


@cache
def _advances(bold: bool) -> dict[int, float]:
    """Return code point → width in em, from the tables cmap and hmtx of the font file (OpenType 1.9)."""
    content = Path(font_folder(), f"SourceSansPro-{'Bold' if bold else 'Regular'}.ttf").read_bytes()
    (tables,) = struct.unpack_from(">H", content, 4)
    offsets: dict[bytes, int] = {}
    for n in range(tables):
        tag, offset = struct.unpack_from(">4s4xI", content, 12 + 16 * n)
        offsets[tag] = offset
    (units,) = struct.unpack_from(">H", content, offsets[b"head"] + 18)
    (measured,) = struct.unpack_from(">H", content, offsets[b"hhea"] + 34)
    widths = struct.unpack_from(">" + "H2x" * measured, content, offsets[b"hmtx"])
    return {
        code: widths[min(glyph, measured - 1)] / units for code, glyph in _glyphs(content, offsets[b"cmap"]) if glyph
    }


def _glyphs(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield (code point, glyph) of the table for the basic plane (format 4), which every font of Windows has."""
    (count,) = struct.unpack_from(">H", content, start + 2)
    records = [struct.unpack_from(">HHI", content, start + 4 + 8 * n) for n in range(count)]
    table = start + next(offset for platform, encoding, offset in records if (platform, encoding) == (3, 1))
    (doubled,) = struct.unpack_from(">H", content, table + 6)
    segments = doubled // 2
    row = f">{segments}H"
    ends = struct.unpack_from(row, content, table + 14)
    starts = struct.unpack_from(row, content, table + 16 + doubled)
    deltas = struct.unpack_from(row, content, table + 16 + 2 * doubled)
    ranges = table + 16 + 3 * doubled
    for n, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        (shift,) = struct.unpack_from(">H", content, ranges + 2 * n)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if shift:
                (glyph,) = struct.unpack_from(">H", content, ranges + 2 * n + shift + 2 * (code - first))
            yield code, (glyph + delta) % 0x10000 if glyph or not shift else 0
