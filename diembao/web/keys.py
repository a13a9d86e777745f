"""The keys of the review room: what each does, and what an account has put in their place."""

from collections.abc import Mapping
from dataclasses import dataclass

from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark

#: Preference of an account that holds its own keys: {action: key}.
PREFERENCE = "keys"
#: Shows the help; digits are reasons and values.
_TAKEN = frozenset("?0123456789 ")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: never with Ctrl, Alt or Meta."""

    action: str
    default: str
    #: English; templates translate it.
    label: str


KEYS = (
    Key("approve", "a", mark("Approve and go on")),
    Key("reject", "x", mark("Reject and go on (a digit is the reason)")),
    Key("undo", "u", mark("Undo")),
    Key("next", "j", mark("Next article")),
    Key("previous", "k", mark("Previous article")),
    Key("original", "o", mark("Open the original")),
    Key("topics", "t", mark("Change the topics")),
    Key("tone", "n", mark("Change the tone")),
    Key("grade", "g", mark("Change the relevance")),
    Key("mark", "v", mark("Mark for a merge")),
    Key("merge", "m", mark("Merge with the marked ones")),
    Key("split", "p", mark("Take out of the story")),
    Key("comment", "c", mark("Comment")),
    Key("assign", "d", mark("Assign to a department")),
    Key("star", "s", mark("Top story")),
    Key("reviewed", "r", mark("Mark all below as reviewed")),
    Key("search", "/", mark("Search")),
    Key("day", "y", mark("Go to a day")),
)


def keys_of(visit: Visit) -> dict[str, str]:
    """Return the key of each action, as the account has it."""
    own = visit.storage.accounts.preferences(visit.me.id).get(PREFERENCE) if visit.account is not None else None
    chosen = own if isinstance(own, Mapping) else {}
    found = {key.action: str(chosen.get(key.action) or key.default) for key in KEYS}
    return found if is_clear(found) else {key.action: key.default for key in KEYS}


def is_clear(keys: Mapping[str, str]) -> bool:
    """Whether each action has one character of its own that nothing else is bound to."""
    values = list(keys.values())
    return len(set(values)) == len(values) and all(
        len(value) == 1 and value.isprintable() and value not in _TAKEN for value in values
    )
