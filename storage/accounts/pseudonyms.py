"""The sign-in name of an erased account → its number, wherever rows beside the audit hold the name as text.

What was decided holds as before. A name that a command was given is a person's too, so rows of commands under the same
name change as well; in the audit a command keeps the name of the machine's user, which is no account.
"""

from sqlalchemy import Connection, Text, cast, delete, or_, select, union, update

from storage.schema.maintenance import decisions
from storage.schema.renditions import glossary_terms, item_texts, translation_corrections
from storage.schema.reviews import digest_drafts, review_action_items, review_actions, review_holds, reviews

#: Tables with the name of who acted.
_NAMED = (decisions, reviews, review_actions, digest_drafts, translation_corrections, glossary_terms)


def pseudonym(number: int) -> str:
    """Return what an erased account is called: no name to sign in with can be."""
    return f"#{number}"


def forget_name(connection: Connection, number: int, name: str) -> list[str]:
    """Put the pseudonym in place of the name; return the keys of the articles whose derived rows hold it."""
    decided = select(decisions.c.item_key).where(decisions.c.who == name)
    put_right = select(item_texts.c.item_key).join(
        translation_corrections, translation_corrections.c.sha256 == item_texts.c.sha256
    )
    keys = sorted(connection.execute(union(decided, put_right.where(translation_corrections.c.who == name))).scalars())
    connection.execute(delete(review_holds).where(review_holds.c.account == number))
    for table in _NAMED:
        connection.execute(update(table).where(table.c.who == name).values(who=pseudonym(number)))
    _forget_in_log(connection, number, name)
    return keys


def _forget_in_log(connection: Connection, number: int, name: str) -> None:
    """Change the states that undoing an act would bring back."""
    columns = review_action_items.c
    sides = (columns.before, columns.after)
    held = or_(*(cast(side, Text).contains(f'"who": "{name}"', autoescape=True) for side in sides))
    for row in connection.execute(select(review_action_items).where(held)).all():
        changed = {
            side: {**state, "who": pseudonym(number)} if state.get("who") == name else state
            for side, state in (("before", row.before), ("after", row.after))
        }
        one = (columns.action_id == row.action_id) & (columns.item_key == row.item_key)
        connection.execute(update(review_action_items).where(one).values(**changed))
