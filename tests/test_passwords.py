"""Passwords: long enough, not common, without names; hashes by argon2id; the desk's key and what it encrypts."""

import stat
import threading
from pathlib import Path

import pytest

from diembao.jobs.people.passwords import (
    LEAST,
    MOST,
    PasswordRefused,
    check_password,
    hash_password,
    is_outdated,
    is_password,
)
from diembao.system.desk_key import DeskKeyError, decrypt, derived_key, desk_key, encrypt
from diembao.system.home import Home

NAMES = ("lan.tran", "Trần Thị Lan", "tran.lan", "Ninh Thuận")


@pytest.mark.parametrize(
    "password",
    ["con voi vàng bay ngang", "correct horse battery", "Zx81kjsd!!qw", "ô" * 3 + " bảy cái thuyền nan"],
)
def test_long_and_uncommon_is_good(password: str) -> None:
    check_password(password, NAMES)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least"),
        ("Zx81kjsd!!q", "at least"),
        ("Zx81kjsd!!q " * 20, "at most"),
        ("password1234", "Too many"),
        ("qwertyuiop123", "Too many"),
        ("matkhau12345", "Too many"),
        ("Mậtkhẩu12345", "Too many"),
        ("anhyeuem12345", "Too many"),
        ("aaaaaaaaaaaaaaaa", "Too many"),
        ("a" * 128, "Too many"),
        ("123456789012", "Too many"),
        ("lan.tran là tôi đây", "your name"),
        ("xinchao LAN-TRAN xx", "your name"),
        ("yêu trần thị lan mãi", "your name"),
        ("quê tôi NinhThuan đẹp", "your name"),
        ("vào diembao nào anh ơi", "your name"),
    ],
)
def test_short_common_or_with_names_is_refused(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused, match=why):
        check_password(password, NAMES)


def test_short_and_empty_names_refuse_nothing() -> None:
    check_password("con voi vàng bay ngang", ("", "an", "voi"))


def test_limits() -> None:
    assert LEAST >= 12
    assert MOST >= 128


@pytest.mark.usefixtures("costly_hashes")
def test_hashes() -> None:
    one, other = hash_password("con voi vàng bay"), hash_password("con voi vàng bay")
    assert one.startswith("$argon2id$")
    assert one != other
    assert is_password(one, "con voi vàng bay")
    assert is_password(one, "con voi vàng bay"), "accents composed in another way"
    assert not is_password(one, "con voi vàng bay ")
    assert not is_password(None, "con voi vàng bay")
    assert not is_password("no hash", "x")
    assert not is_password(one, "x" * 10**6)
    assert not is_outdated(one)
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)
    assert is_password(hash_password("\ud800 half"), "\ud800 half")


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(desk_key(home))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 12
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert stat.S_IMODE((home.root / "desk.key").stat().st_mode) == 0o600
    assert [file.name for file in home.root.iterdir()] == ["desk.key"]


@pytest.mark.parametrize("content", ["", "ab" * 31, "zz" * 32, "ab" * 33, "\xff\xfe"])
def test_a_damaged_key_is_not_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "desk.key").write_text(content, "latin-1")
    with pytest.raises(DeskKeyError, match=r"desk\.key"):
        desk_key(Home(tmp_path))
    assert (tmp_path / "desk.key").read_text("latin-1") == content


def test_what_is_encrypted_belongs_to_one_key_and_one_row() -> None:
    key, other = bytes(32), bytes(range(32))
    sealed = encrypt(key, "bí mật", "totp 1")
    assert sealed != encrypt(key, "bí mật", "totp 1")
    assert decrypt(key, sealed, "totp 1") == "bí mật"
    for wrong in (
        (other, sealed, "totp 1"),
        (key, sealed, "totp 2"),
        (key, sealed[:-4] + "AAA=", "totp 1"),
        (key, "!", ""),
    ):
        with pytest.raises(DeskKeyError):
            decrypt(*wrong)
    assert derived_key(key, "a") != derived_key(key, "b")
