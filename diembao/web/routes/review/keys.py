"""The keys of the review room: what each does, and the page on which an account changes its own."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Name of the preference that holds an account's own keys: action → key, "" for none.
PREFERENCE = "review.keys"


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing that a key of the review room does."""

    name: str
    #: English; templates translate it.
    label: str
    #: as a browser names it (KeyboardEvent.key), letters small
    key: str


ACTIONS = (
    KeyAction("approve", mark("Approve, and on to the next"), "a"),
    KeyAction("reject", mark("Reject with a reason (a digit), and on"), "r"),
    KeyAction("next", mark("Next article"), "j"),
    KeyAction("previous", mark("Previous article"), "k"),
    KeyAction("undo", mark("Undo what I did last"), "u"),
    KeyAction("original", mark("Open the original page"), "o"),
    KeyAction("topics", mark("Change topics"), "t"),
    KeyAction("tone", mark("Change the tone (a digit)"), "n"),
    KeyAction("grade", mark("Change the relevance (a digit)"), "g"),
    KeyAction("mark", mark("Tick this article"), "x"),
    KeyAction("merge", mark("Merge with the ticked articles"), "m"),
    KeyAction("split", mark("Take it out of its group"), "p"),
    KeyAction("comment", mark("Comment"), "c"),
    KeyAction("assign", mark("Assign to a department"), "i"),
    KeyAction("star", mark("Top story"), "s"),
    KeyAction("below", mark("Mark all below as read through"), "e"),
    KeyAction("search", mark("Search"), "/"),
    KeyAction("day", mark("Go to a day"), "d"),
    KeyAction("help", mark("Show the keys"), "?"),
)
#: What a key may be beside a letter, a digit or a sign.
NAMED = ("ArrowLeft", "ArrowRight", "Home", "End", "Insert", "Delete", "F2", "F4", "F8", "F9")


def keys_of(preferences: Mapping[str, Any]) -> dict[str, str]:
    """Return action → key of an account; "" for an action without one."""
    own = preferences.get(PREFERENCE)
    own = own if isinstance(own, dict) else {}
    return {a.name: str(own.get(a.name, a.key)) for a in ACTIONS}


def checked(wished: Mapping[str, str]) -> dict[str, str]:
    """Return action → key as they are stored. Raises DeskError 400 for a key that cannot be one, or is given twice."""
    keys: dict[str, str] = {}
    for action in ACTIONS:
        key = unicodedata.normalize("NFC", wished.get(action.name, "").strip())
        key = key.lower() if len(key) == 1 else key
        if key and key not in NAMED and (len(key) != 1 or key.isdigit() or not key.isprintable()):
            message = mark("{key}: no key that can be used here; take one letter or sign")
            raise DeskError(400, Message(message, key=key[:20]))
        if key and key in keys.values():
            raise DeskError(400, Message(mark("{key} stands at two actions"), key=key))
        keys[action.name] = key
    return keys


def keys_page(visit: Visit) -> Response:
    """Show the keys, each in a field in which it can be changed."""
    return render(
        visit, "review/keys.html", actions=ACTIONS, keys=keys_of(visit.storage.accounts.preferences(visit.me.id))
    )


def keys_save(visit: Visit) -> Response:
    """Store the keys of the account: those of the form, those of the program, or none at all."""
    match visit.field("do"):
        case "reset":
            keys = {a.name: a.key for a in ACTIONS}
            notice = Message(mark("The keys are those of the program again."))
        case "off":
            keys = {a.name: "" for a in ACTIONS}
            notice = Message(mark("The review room takes no keys any more."))
        case _:
            keys = checked({a.name: visit.field(f"key-{a.name}", limit=20) for a in ACTIONS})
            notice = Message(mark("Your keys are saved."))
    visit.storage.accounts.set_preference(visit.me.id, PREFERENCE, keys)
    return redirect(visit, "/review/keys", notice)
