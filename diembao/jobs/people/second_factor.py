"""The second factor: TOTP (RFC 6238) with an encrypted secret, and recovery codes that hold once."""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

from diembao.jobs.people.tokens import hash_token, seconds
from diembao.system.desk_key import decrypt, encrypt
from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from storage.database import Database

#: Seconds of a step, and steps by which a phone's clock may be off.
_STEP, _OFF = 30, 1
#: Recovery codes made at a time, of 120 random bits each: stored as a fast hash, they need 112 (ASVS 6.5.2).
_CODES, _BYTES = 10, 15
_CODE = re.compile(r"\d{6}")
_ISSUER = "diembao"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor to be set up: the secret in base32, and the otpauth:// address that the QR code holds."""

    secret: str
    uri: str


def enrol_totp(storage: Database, key: bytes, account: Account) -> Enrolment:
    """Return the secret that waits for its first code, made where there is none. Raises AccountRefused if confirmed."""
    waiting = storage.accounts.totp(account.id)
    if waiting is not None and not waiting.confirmed:
        secret = decrypt(key, waiting.secret, _about(account.id))
    else:
        secret = random_base32()
        storage.accounts.propose_totp(account.id, encrypt(key, secret, _about(account.id)))
    return Enrolment(secret, TOTP(secret).provisioning_uri(name=account.name, issuer_name=_ISSUER))


def confirm_totp(
    storage: Database, key: bytes, account: Account, code: str, actor: Actor, at: datetime
) -> tuple[str, ...] | None:
    """Let the second factor hold if the code is right; return the recovery codes, shown this once, else None."""
    step = _step_of(storage, key, account.id, code, at)
    if step is None:
        return None
    codes = _new_codes()
    hashed = [_hash_code(code) for code in codes]
    return codes if storage.accounts.confirm_totp(account.id, step, hashed, actor, at) else None


def new_recovery_codes(storage: Database, account: Account, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Return recovery codes that hold in place of the old ones; they are shown this once."""
    codes = _new_codes()
    storage.accounts.replace_recovery_codes(account.id, [_hash_code(code) for code in codes], actor, at)
    return codes


def use_code(storage: Database, key: bytes, account: int, code: str, address: str, at: datetime) -> bool:
    """Whether a code of the app, or a recovery code, is right; it is used by that, and never holds again.

    Raises DeskKeyError where the secret was encrypted with another desk.key; recovery codes hold all the same.
    """
    code = re.sub(r"[\s-]+", "", code)
    if not _CODE.fullmatch(code):
        return storage.accounts.use_recovery_code(account, _hash_code(code), address, at)
    step = _step_of(storage, key, account, code, at)
    return step is not None and storage.accounts.use_totp_step(account, step)


def _step_of(storage: Database, key: bytes, account: int, code: str, at: datetime) -> int | None:
    """Return the step of which a code is; None where it is of none near now."""
    state = storage.accounts.totp(account)
    if state is None:
        return None
    code = re.sub(r"\s+", "", code)
    totp = TOTP(decrypt(key, state.secret, _about(account)))
    present = seconds(at) // _STEP
    steps = range(present - _OFF, present + _OFF + 1)
    right = [step for step in steps if hmac.compare_digest(totp.at(step * _STEP).encode(), code.encode())]
    return right[0] if right else None


def _about(account: int) -> str:
    """Return what an encrypted secret belongs to: in another account's row it cannot be decrypted."""
    return f"totp {account}"


def _new_codes() -> tuple[str, ...]:
    return tuple(
        "-".join(re.findall("....", base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()))
        for _ in range(_CODES)
    )


def _hash_code(code: str) -> str:
    return hash_token(re.sub(r"[\s-]+", "", code).lower())
