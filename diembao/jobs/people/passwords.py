"""Passwords: which are good enough (length over composition, nothing that is guessed first), and their hashes."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, shown
from pipeline.text.normalize import strip_diacritics

#: Least and most characters. NIST SP 800-63B-4 asks for at least 8 beside a second factor, and takes 64 at least.
LEAST, MOST = 12, 128
#: Guesses below which a password is a common one: what a list of names and common passwords finds in a moment.
_COMMON = 10**8
#: Characters that zxcvbn looks at: its time grows with their square.
_LOOKED_AT = 64
#: Letters from which on a name must not stand within a password.
_LEAST_NAME = 4
#: Words of common Vietnamese passwords, which the English lists of zxcvbn lack.
_WORDS = ("matkhau", "anhyeuem", "emyeuanh", "yeuem", "conyeume", "vietnam", "quantri", "phongvien", "toasoan")
#: Words that no password of the desk may hold.
_OURS = ("diembao",)
#: OWASP's parameters of argon2id: 46 MiB, one pass. About 50 ms.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1, type=Type.ID)
#: Hashes made at a time, of 46 MiB each.
_ROOM = BoundedSemaphore(2)
_ZXCVBN = Lock()


class PasswordRefused(DiembaoError):
    """A password is not good enough; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return str(shown(self.message))


def check_password(password: str, names: Iterable[str]) -> None:
    """Raise PasswordRefused for a password that is too short or long, common, or holds one of the names.

    `names`: of the account, the person, the mail address, the province; with or without accents.
    """
    password = _normal(password)
    if len(password) < LEAST:
        raise PasswordRefused(Message(mark("A password has at least {least} characters."), least=LEAST))
    if len(password) > MOST:
        raise PasswordRefused(Message(mark("A password has at most {most} characters."), most=MOST))
    letters = _letters(password)
    words = {_letters(name) for name in names} | set(_OURS)
    if any(len(word) >= _LEAST_NAME and word in letters for word in words):
        raise PasswordRefused(
            Message(mark("The password holds your name, your mail address, or the name of the province or this desk."))
        )
    if _guesses(password, words) < _COMMON:
        raise PasswordRefused(
            Message(
                mark("Too many people use passwords like this one. Several words that nobody would guess are better.")
            )
        )


def _guesses(password: str, words: Iterable[str]) -> float:
    inputs = [*_WORDS, *sorted(words)]
    # zxcvbn says nothing of threads.
    with _ZXCVBN:
        return float(zxcvbn(strip_diacritics(password)[:_LOOKED_AT], inputs)["guesses"])


def _letters(text: str) -> str:
    """Return letters and digits alone, small and without accents."""
    return re.sub(r"[\W_]+", "", strip_diacritics(text.casefold()))


def _normal(password: str) -> str:
    """Return one form for one password, whichever way a keyboard composes its accents (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and parameters in it."""
    with _ROOM:
        return _HASHER.hash(_normal(password).encode("utf-8", "surrogatepass"))


def is_password(hashed: str | None, password: str) -> bool:
    """Whether a password has that hash. Without a hash (no such account) it takes as long, and is False."""
    if len(password) > 4 * MOST:
        return False
    with _ROOM:
        try:
            right = _HASHER.verify(hashed or _nobody(), _normal(password).encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return right and hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(hashed)


@cache
def _nobody() -> str:
    """Return a hash of which nobody knows the password."""
    import secrets

    return _HASHER.hash(secrets.token_bytes(32))
