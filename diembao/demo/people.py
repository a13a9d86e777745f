"""Sample people of the sample press's desk: an account of each role that works there, and two departments."""

from datetime import timedelta

from pyotp.totp import TOTP

from diembao.jobs.people.accounts import invite_account
from diembao.jobs.people.second_factor import confirm_totp, enrol_totp
from diembao.system.clock import now
from diembao.system.desk_key import desk_key
from diembao.system.home import Home
from pipeline.i18n.language import current_language
from pipeline.records.accounts import Account, NewAccount, Role
from pipeline.records.audit import Actor
from storage.database import Database

_DEPARTMENTS = (("so-y-te", "Sở Y tế"), ("so-van-hoa", "Sở Văn hóa, Thể thao và Du lịch"))
#: Sign-in name, role, the person's name, department; the first is the one whose link is opened.
_PEOPLE: tuple[tuple[str, Role, str, str], ...] = (
    ("lan", "editor", "Nguyễn Thị Lan", ""),
    ("minh", "reviewer", "Trần Văn Minh", ""),
    ("huong", "viewer", "Lê Thị Hương", "so-y-te"),
    ("tuan", "analyst", "Phạm Anh Tuấn", ""),
    ("quan.tri", "administrator", "Đỗ Quản Trị", ""),
    ("kiem.toan", "auditor", "Võ Thị Kiểm", ""),
)
_MAKER = Actor(None, "demo", "", "command")


def make_people(storage: Database, home: Home) -> list[tuple[Account, str]]:
    """Make the sample people in an empty desk; return each with the token of a link that lets in once.

    Those whose role asks for a second factor have one that nobody knows: the links need none.
    """
    at, key = now(), desk_key(home)
    departments = {
        handle: storage.accounts.create_department(handle, name, "", _MAKER, at).id for handle, name in _DEPARTMENTS
    }
    made = []
    for name, role, full_name, department in _PEOPLE:
        new = NewAccount(name, role, full_name, department=departments.get(department), language=current_language())
        account, token = invite_account(storage, new, _MAKER, at)
        if account.needs_second_factor:
            secret = enrol_totp(storage, key, account).secret
            code = TOTP(secret).at(at - timedelta(seconds=30))
            confirm_totp(storage, key, account, code, _MAKER, at)
        made.append((account, token))
    return made
