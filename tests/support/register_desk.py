"""A desk for the register: a morning's articles, three units, their people, units.toml with names by date."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from storage.database import Database, open_database
from tests.support.desk import MORNING, store_day, written
from tests.support.desk_server import MAKER, Desk, serve_desk, write_desk_home
from tests.support.siege import set_clock

#: The desk's clock: 09:00 of Sunday, 22 November 2026.
NOW = MORNING + timedelta(hours=1)
TITLE = "Người dân phản ánh nước hồ Sông Biêu đổi màu, có mùi hôi"
#: Words of the report that are not in its excerpt.
LAST_WORDS = "câu cuối cùng của bài chỉ có trong toàn văn"
PHONE, PRIVATE = "0259 3800 111", "0900 000 222"
UNITS = f"""
[[unit]]
handle = "so-y-te"
names = [
    {{ name = "Sở Y tế Ninh Thuận", until = 2025-06-30 }},
    {{ name = "Sở Y tế Khánh Hòa", since = 2025-07-01 }},
]

[[spokesperson]]
unit = "so-y-te"
name = "Lê Thị Hương"
position = "Phó Giám đốc"
phone = "{PHONE}"
private = false

[[spokesperson]]
unit = "so-y-te"
name = "Đỗ Văn Nam"
phone = "{PRIVATE}"
private = true
"""


@dataclass(frozen=True, slots=True)
class RegisterDesk:
    """A desk with what its register needs."""

    desk: Desk
    #: name of an article → its key: `lake` and its reprint `lake2`, `road`, `market`, `school`, `park`
    keys: Mapping[str, str]
    #: numbers of Sở Y tế, Sở Công Thương and Sở Du lịch
    health: int
    trade: int
    tourism: int
    clock: Path
    #: the office, members of the three units, and an auditor
    mai: Account
    hoa: Account
    binh: Account
    cuc: Account
    auditor: Account

    def set_hours(self, hours: float) -> None:
        """Let the desk's clock stand so many hours after NOW."""
        set_clock(self.clock, (NOW - MORNING).total_seconds() - 1800 + hours * 3600)


def acting(account: Account) -> Actor:
    """Return an account as who acts at the desk."""
    return Actor(account.id, account.name, "127.0.0.1", "desk")


def _fill(storage: Database) -> Mapping[str, str]:
    lake = " ".join(f"Nước hồ đổi màu, lần {n}, đề nghị cơ quan chức năng trả lời người dân." for n in range(30))
    lake = f"{lake} {LAST_WORDS}."
    made = [
        written("lake", title=TITLE, text=lake, hours=4, tone="negative"),
        written("lake2", title=TITLE, text=lake, source="b", hours=3),
        written("road", title="Đường ven biển chậm giải phóng mặt bằng, dân bức xúc", tone="negative"),
        written(
            "market", title="Chợ Phan Rang xuống cấp, tiểu thương kiến nghị nhiều lần", source="b", tone="negative"
        ),
        written("school", title="Khánh thành trường học mới ở Thuận Nam"),
        written("park", title="Công viên bờ sông Dinh mở cửa đón khách"),
    ]
    return store_day(storage, made)


@contextmanager
def register_desk(root: Path, address: str) -> Iterator[RegisterDesk]:
    """Serve a desk on an empty database with the clock at NOW, until the block ends."""
    root.mkdir(parents=True, exist_ok=True)
    clock = root / "clock.json"
    before = os.environ.get("DIEMBAO_CLOCK")
    os.environ["DIEMBAO_CLOCK"] = str(clock)
    set_clock(clock, 1800)
    try:
        home = write_desk_home(root / "home")
        (home.config / "units.toml").write_text(UNITS, "utf-8")
        storage = open_database(address)
        keys = _fill(storage)
        make = storage.accounts.create_department
        handles = (("so-y-te", "Sở Y tế"), ("so-cong-thuong", "Sở Công Thương"), ("so-du-lich", "Sở Du lịch"))
        health, trade, tourism = (make(handle, name, "", MAKER, NOW).id for handle, name in handles)
        storage.close()
        with serve_desk(home, address) as desk:
            yield RegisterDesk(
                desk,
                keys,
                health,
                trade,
                tourism,
                clock,
                desk.account("editor", "mai.login", full_name="Trần Thị Mai"),
                desk.account("viewer", "hoa.login", full_name="Phạm Thị Hoa", department=health),
                desk.account("viewer", "binh.login", full_name="Ngô Văn Bình", department=trade),
                desk.account("viewer", "cuc.login", full_name="Vũ Thị Cúc", department=tourism),
                desk.account("auditor", "kiem.login", full_name="Hồ Văn Kiểm"),
            )
    finally:
        if before is None:
            del os.environ["DIEMBAO_CLOCK"]
        else:
            os.environ["DIEMBAO_CLOCK"] = before
