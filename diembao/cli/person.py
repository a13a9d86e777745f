"""The person who types a command."""

import getpass
import os

#: Lowest number of an account that is a person's (login.defs(5): UID_MIN)
_FIRST_PERSON = 1000


def user_name() -> str | None:
    """Return the name of the person who types; "" for an account of the system, which is nobody's name.

    None where the user has no name, as in some containers.
    """
    if os.name == "posix" and os.getuid() < _FIRST_PERSON:
        return ""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
