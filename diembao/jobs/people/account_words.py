"""What accounts and departments may be called, and their mail addresses: checked as people type them."""

import re

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.accounts.errors import AccountRefused

#: Sign-in names and the handles of departments: what can be named by @ in a comment.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}@[a-zA-Z0-9.-]{1,190}")
#: Characters of the longest name of a person or department.
_LONGEST = 200


def check_handle(name: str) -> str:
    """Return a sign-in name or a department's handle. Raises AccountRefused for one that is none."""
    if not _NAME.fullmatch(name):
        raise AccountRefused(
            Message(
                mark("{name}: a name to sign in with has 1 to 64 small letters, digits, dots and hyphens."),
                name=repr(name),
            )
        )
    return name


def check_words(words: str) -> str:
    """Return the name of a person or department, blanks folded. Raises AccountRefused for line breaks and the like."""
    if not words.strip().isprintable() or len(words) > _LONGEST:
        raise AccountRefused(Message(mark("A name has at most {most} characters, all on one line."), most=_LONGEST))
    return " ".join(words.split())


def check_mail(mail: str) -> str:
    """Return a mail address, or "" for none. Raises AccountRefused for what is no address."""
    mail = mail.strip()
    if mail and not _MAIL.fullmatch(mail):
        raise AccountRefused(Message(mark("{mail}: is no mail address."), mail=repr(mail)))
    return mail
