"""Signing in: password, code once, recovery codes once, tickets; slower and slower, and nobody locks another out."""

import time
from datetime import datetime, timedelta

import pytest

from diembao.jobs.people.passwords import hash_password
from diembao.jobs.people.second_factor import confirm_totp, enrol_totp, new_recovery_codes, use_code
from diembao.jobs.people.sign_in import (
    NeedsCode,
    Refused,
    SignedIn,
    SignInResult,
    Visitor,
    sign_in,
    sign_in_with_code,
)
from diembao.jobs.people.slow_down import WINDOW, delay
from diembao.jobs.people.tokens import hash_token, known_device, sign, signed_payload, source_of
from diembao.system.desk_key import DeskKeyError
from pipeline.records.accounts import Account
from pipeline.records.audit import AuditFilter
from storage.accounts.errors import AccountRefused
from storage.database import Database
from tests.support.people import CLERK, HERE, KEY, PASSWORD, T0, actor_of, add_totp, make_account, signed_in

pytestmark = [pytest.mark.few_on_postgresql, pytest.mark.usefixtures("costly_hashes")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lan(db: Database) -> Account:
    return make_account(db, "lan")


def wrong(db: Database, at: datetime, visitor: Visitor = HERE, name: str = "lan") -> SignInResult:
    return sign_in(db, KEY, (name, "wrong"), visitor, at)


def ticket_of(db: Database, at: datetime, visitor: Visitor = HERE) -> str:
    result = sign_in(db, KEY, ("lan", PASSWORD), visitor, at)
    assert isinstance(result, NeedsCode)
    return result.ticket


def test_name_and_password(db: Database, lan: Account) -> None:
    assert signed_in(db, " LAN ").account == lan
    assert sign_in(db, KEY, ("lan", PASSWORD + "x"), HERE, T0) == Refused()
    assert sign_in(db, KEY, ("nobody", PASSWORD), HERE, T0) == Refused()
    assert sign_in(db, KEY, ("x\x00\ud800" * 999, "\ud800" * 9999), HERE, T0) == Refused()
    assert db.audit.page(AuditFilter(action="account.signed_in"))[0].name == "lan"
    db.accounts.change(lan.id, CLERK, T0, disabled=True)
    assert sign_in(db, KEY, ("lan", PASSWORD), HERE, T0) == Refused()


def test_an_unknown_name_takes_as_long(db: Database, lan: Account) -> None:
    def seconds(name: str) -> float:
        begun = time.perf_counter()
        sign_in(db, KEY, (name, "wrong"), HERE, T0)
        return time.perf_counter() - begun

    wrong(db, T0, name="warm-up")
    # By turns, and the least of each: whatever else the machine does makes some of them take longer.
    known, unknown = map(min, zip(*((seconds("lan"), seconds("nobody")) for _ in range(4)), strict=True))
    assert 0.4 < known / unknown < 2.5


def test_a_hash_of_old_parameters_is_made_anew(db: Database, lan: Account) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.accounts.set_password(lan.id, weak, CLERK, T0)
    signed_in(db, "lan")
    assert "m=47104" in str(db.accounts.password_hash(lan.id))


def test_a_code_holds_once(db: Database, lan: Account) -> None:
    totp, _ = add_totp(db, lan)
    assert sign_in_with_code(db, KEY, ticket_of(db, T0), totp.at(T0), HERE, T0) == Refused(), "used to set it up"
    at = T0 + MINUTE
    ticket = ticket_of(db, at)
    assert sign_in_with_code(db, KEY, ticket, "000000", HERE, at) == Refused()
    code = totp.at(at)
    result = sign_in_with_code(db, KEY, ticket, f" {code[:3]} {code[3:]} ", HERE, at)
    assert isinstance(result, SignedIn) and result.account.id == lan.id
    assert sign_in_with_code(db, KEY, ticket_of(db, at), code, HERE, at) == Refused(), "replayed"
    earlier = totp.at(at - timedelta(seconds=30))
    assert sign_in_with_code(db, KEY, ticket_of(db, at), earlier, HERE, at) == Refused(), "older than the last"


@pytest.mark.parametrize(("off", "right"), [(-90, False), (-30, True), (30, True), (90, False)])
def test_a_phone_may_be_half_a_minute_off(db: Database, lan: Account, off: int, right: bool) -> None:
    totp, _ = add_totp(db, lan)
    at = T0 + timedelta(hours=1)
    result = sign_in_with_code(db, KEY, ticket_of(db, at), totp.at(at + timedelta(seconds=off)), HERE, at)
    assert isinstance(result, SignedIn) == right


def test_codes_of_a_clock_that_was_ahead_do_not_lock_out(db: Database, lan: Account) -> None:
    totp, _ = add_totp(db, lan)
    ahead = T0 + timedelta(days=3000)
    assert use_code(db, KEY, lan.id, totp.at(ahead), "", ahead)
    assert use_code(db, KEY, lan.id, totp.at(T0), "", T0)
    assert not use_code(db, KEY, lan.id, totp.at(T0), "", T0)


def test_recovery_codes_hold_once(db: Database, lan: Account) -> None:
    _, codes = add_totp(db, lan)
    assert len(set(codes)) == 10
    assert use_code(db, KEY, lan.id, codes[0].upper().replace("-", " "), "", T0)
    assert not use_code(db, KEY, lan.id, codes[0], "", T0)
    assert db.accounts.recovery_codes_left(lan.id) == 9
    other = make_account(db, "binh")
    assert not use_code(db, KEY, other.id, codes[1], "", T0)
    fresh = new_recovery_codes(db, lan, actor_of(lan), T0)
    assert not use_code(db, KEY, lan.id, codes[1], "", T0)
    assert isinstance(sign_in_with_code(db, KEY, ticket_of(db, T0), fresh[0], HERE, T0), SignedIn)


def test_setting_up_the_second_factor(db: Database, lan: Account) -> None:
    from pyotp.totp import TOTP

    enrolment = enrol_totp(db, KEY, lan)
    assert enrol_totp(db, KEY, lan) == enrolment, "the page can be loaded again"
    assert enrolment.uri.startswith("otpauth://totp/diembao:lan?secret=")
    state = db.accounts.totp(lan.id)
    assert state is not None and enrolment.secret not in state.secret
    assert confirm_totp(db, KEY, lan, "000000", actor_of(lan), T0) is None
    assert signed_in(db, "lan").account.has_totp is False, "not asked for before it is confirmed"
    assert confirm_totp(db, KEY, lan, TOTP(enrolment.secret).at(T0), actor_of(lan), T0)
    with pytest.raises(AccountRefused):
        enrol_totp(db, KEY, lan)
    with pytest.raises(DeskKeyError):
        use_code(db, bytes(32), lan.id, "123456", "", T0)
    db.accounts.remove_totp(lan.id, CLERK, T0)
    assert db.accounts.recovery_codes_left(lan.id) == 0


def test_tickets_cannot_be_forged_or_kept(db: Database, lan: Account) -> None:
    totp, _ = add_totp(db, lan)
    at = T0 + MINUTE
    ticket = ticket_of(db, at)
    number, rest = ticket.split(".", 1)
    other = make_account(db, "binh")
    add_totp(db, other)
    forged = [
        "", ".", "....", "1.2.3.4.5", f"{other.id}.{rest}", f"{number}.9{rest}", ticket[:-1] + "0x", ticket + "0",
        sign(bytes(32), "sign-in", ticket.rpartition(".")[0]), sign(KEY, "device", ticket.rpartition(".")[0]),
        "9" * 99 + "." + rest, "²." + rest,
    ]  # fmt: skip
    for wrong_ticket in forged:
        assert sign_in_with_code(db, KEY, wrong_ticket, totp.at(at), HERE, at) == Refused(), wrong_ticket
    late = at + 6 * MINUTE
    assert sign_in_with_code(db, KEY, ticket, totp.at(late), HERE, late) == Refused()
    db.accounts.set_password(lan.id, hash_password("mười bảy con thuyền giấy"), CLERK, T0)
    assert sign_in_with_code(db, KEY, ticket, totp.at(at), HERE, at) == Refused(), "the password was changed since"


def guess(db: Database, at: datetime, source: str, name: str = "lan") -> float:
    """Let an attempt fail as `sign_in` does, without the 50 ms of a hash; return the seconds to wait."""
    return db.accounts.begin_attempt(name, source, at, at - WINDOW, lambda seen: delay(seen, at, is_known=False))[1]


def test_guessing_gets_slow(db: Database, lan: Account) -> None:
    at, tries, waits = T0, 0, []
    while at < T0 + timedelta(hours=2):
        wait = guess(db, at, "203.0.113.7")
        tries += not wait
        if wait:
            waits.append(wait)
            if at < T0 + timedelta(minutes=50):  # later the first failures count no longer
                assert guess(db, at + timedelta(seconds=wait / 2), "203.0.113.7") == wait / 2
            at += timedelta(seconds=wait)
    assert tries < 45
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert max(waits) == 900.0
    assert guess(db, at - timedelta(days=1), "203.0.113.7") <= 900, "the clock was set back"


def test_ten_thousand_attempts_at_one_moment_reach_few_hashes(db: Database, lan: Account) -> None:
    assert sum(not guess(db, T0, "203.0.113.7") for _ in range(200)) == 5
    assert sum(not guess(db, T0, "203.0.113.8", f"name{n}") for n in range(200)) == 30


def test_guessing_stands_in_the_audit_once(db: Database, lan: Account) -> None:
    for n in range(9):
        assert guess(db, T0 + n * 4 * MINUTE, "203.0.113.7") == 0
    for n in range(9, 11):
        assert wrong(db, T0 + n * 5 * MINUTE) == Refused()
    (entry,) = db.audit.page(AuditFilter(action="account.sign_in_slowed"))
    assert (entry.object_id, entry.after) == (str(lan.id), {"from_one_place": 10, "from_anywhere": 10})
    assert entry.personal == {"address": "203.0.113.7"}


def test_a_right_password_does_not_help_while_it_is_too_early(db: Database, lan: Account) -> None:
    for _ in range(5):
        wrong(db, T0)
    assert sign_in(db, KEY, ("lan", PASSWORD), HERE, T0) == Refused(2.0)
    assert isinstance(sign_in(db, KEY, ("lan", PASSWORD), HERE, T0 + timedelta(seconds=2)), SignedIn)
    assert wrong(db, T0 + timedelta(seconds=3)) == Refused(), "counted anew after a success"


def test_strangers_lock_nobody_out(db: Database, lan: Account) -> None:
    """60 places guess at one name; its person gets in at once from a new place, and from a known browser always."""
    known = signed_in(db, "lan")
    for n in range(60):
        assert guess(db, T0, f"198.51.100.{n}") == 0
    assert isinstance(sign_in(db, KEY, ("lan", PASSWORD), Visitor("192.0.2.1"), T0), SignedIn)
    new = Visitor("192.0.2.2")
    assert wrong(db, T0, new) == Refused()
    assert wrong(db, T0, new) == Refused(60.0), "under attack a new place has one free attempt"
    mine = Visitor(HERE.address, "", known.device)
    assert [wrong(db, T0, mine) for _ in range(4)] == [Refused()] * 4
    assert isinstance(sign_in(db, KEY, ("lan", PASSWORD), mine, T0), SignedIn)


def test_an_address_that_tries_many_names_gets_slow_for_all_but_known_browsers(db: Database, lan: Account) -> None:
    known = signed_in(db, "lan")
    for n in range(30):
        assert guess(db, T0, HERE.address, f"name{n}") == 0
    assert wrong(db, T0, name="one-more") == Refused(2.0)
    assert sign_in(db, KEY, ("lan", PASSWORD), HERE, T0) == Refused(2.0)
    assert isinstance(sign_in(db, KEY, ("lan", PASSWORD), Visitor(HERE.address, "", known.device), T0), SignedIn)
    make_account(db, "binh")
    foreign = Visitor(HERE.address, "", known.device)
    assert sign_in(db, KEY, ("binh", PASSWORD), foreign, T0) == Refused(2.0), "known to another account only"
    assert isinstance(sign_in(db, KEY, ("binh", PASSWORD), Visitor("192.0.2.9"), T0), SignedIn)


def test_the_name_typed_is_not_stored(db: Database) -> None:
    from sqlalchemy import select

    from storage.schema.accounts import sign_in_attempts

    sign_in(db, KEY, ("my secret password", ""), HERE, T0)
    with db.accounts._reading() as connection:
        assert "secret" not in str(connection.execute(select(sign_in_attempts)).all())


def test_devices_and_places(db: Database, lan: Account) -> None:
    device = signed_in(db, "lan").device
    assert signed_in(db, "lan", T0, Visitor(HERE.address, "", device)).device == device
    assert known_device(KEY, lan.id, device)
    for token in ("", "x", "1.x", device + "0", device.replace(".", ",")):
        assert known_device(KEY, lan.id, token) == ""
    assert known_device(KEY, lan.id + 1, device) == known_device(bytes(32), lan.id, device) == ""
    assert source_of("2001:db8:1:2:3::9") == source_of("2001:db8:1:2::1%eth0") == "2001:db8:1:2::/64"
    assert source_of("::ffff:192.0.2.1") == source_of("192.0.2.1") == "192.0.2.1"
    assert len(source_of("x" * 999)) == 64
    assert signed_payload(KEY, "a", sign(KEY, "a", "b.c", "d"), "d") == "b.c"
    assert signed_payload(KEY, "a", sign(KEY, "a", "b.c", "d")) is None
    assert hash_token("\ud800")
