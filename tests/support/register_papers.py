"""A database with matters of two half years, for the register's documents and tables, and the words of a document."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from config.register.book import load_register_book
from config.settings import load_settings
from diembao.jobs.register_papers.papers import PaperRequest
from pipeline.register.matters import NewMatter, StepRequest
from pipeline.register.units import OfficeHead, Spokesperson, Unit, UnitName, Units
from storage.database import Database, open_database
from tests.support.desk import LAN, people, store_day, written
from tests.support.register_year import at

_HEALTH, _TRADE = 1, 2
#: Stands in a note, and so in no document and no table.
SECRET = "ghi chú nội bộ không cho ra ngoài"
PRIVATE, PUBLIC = "0900 000 222", "0259 3800 111"
UNITS = Units(
    (
        Unit(
            "so-y-te",
            (
                UnitName("Sở Y tế Ninh Thuận", None, date(2025, 6, 30)),
                UnitName("Sở Y tế Khánh Hòa", date(2025, 7, 1)),
            ),
        ),
    ),
    (
        Spokesperson("so-y-te", "Đỗ Văn Nam", "Phó Giám đốc", phone=PRIVATE, private=True),
        Spokesperson("so-cong-thuong", "Lê Thị Hương", phone=PUBLIC, private=False),
    ),
    (
        OfficeHead(
            date(2025, 6, 30),
            "UBND tỉnh Ninh Thuận",
            "Sở Văn hóa, Thể thao và Du lịch",
            place="Ninh Thuận",
            recipients=("UBND tỉnh Ninh Thuận (b/c)", "Lưu: VT"),
        ),
    ),
)


@dataclass(frozen=True)
class Filled:
    """A database with matters of two half years: before and after the province was merged."""

    storage: Database
    request: PaperRequest
    file: Path


@contextmanager
def filled_register(folder: Path) -> Iterator[Filled]:
    """Fill a database in a folder; it is open until the block ends."""
    file = folder / "t.db"
    storage = open_database(file)
    keys = store_day(storage, [written("x", title="Bài <về> nước hồ"), written("y", source="c", title="On the lake")])
    people(storage)
    register = storage.register
    first = at(date(2025, 6, 23), 9)
    old = register.open(
        LAN, NewMatter("Nước hồ đổi màu", "opinion", keys["x"], due=date(2025, 6, 27), unit=_HEALTH), first
    )
    register.add_note(LAN, old.id, SECRET, first)
    register.step(LAN, old.id, StepRequest("link", {"item": keys["y"], "part": "again"}), first + timedelta(hours=1))
    late = at(date(2026, 12, 14), 23, 59)
    register.open(LAN, NewMatter("Đường chậm", "opinion", keys["x"], due=date(2027, 1, 5), unit=_TRADE), late)
    register.open(LAN, NewMatter("Chợ cũ", "other", keys["x"]), late + timedelta(minutes=1))
    book = load_register_book(None)
    settings = load_settings(None)
    formal = replace(settings, document=replace(settings.document, form="administrative"))
    yield Filled(storage, PaperRequest(formal, replace(book, units=UNITS), "vi", {}), file)
    storage.close()


def text_of(document: Any) -> str:
    """Return the paragraphs of a document of python-docx, then the cells of its tables, one a line."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])
