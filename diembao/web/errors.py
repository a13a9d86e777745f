"""Errors that a person is shown as a page in words."""

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Status of an answer → its title and, where the error brings no words of its own, what it means.
WORDS = {
    400: (mark("This cannot be read"), mark("The request is not one that the desk understands.")),
    403: (mark("Not allowed"), mark("Your account has no permission for this page.")),
    404: (mark("Not found"), mark("There is no such page, or your account may not see it.")),
    405: (mark("Not possible"), mark("This page cannot be asked for in this way.")),
    408: (mark("Too slow"), mark("The form came too slowly; send it again.")),
    409: (mark("Changed meanwhile"), mark("Somebody else changed this meanwhile; nothing was overwritten.")),
    413: (mark("Too large"), mark("The form is too large.")),
    415: (mark("This cannot be read"), mark("A form was expected here.")),
    429: (mark("Too many tries"), mark("Wait a little, then try again.")),
    500: (mark("An error of the program"), mark("The desk made a mistake. It is in the log; nothing was saved.")),
    503: (
        mark("The database is busy"),
        mark("Another program is writing to the database, so nothing was stored. Try again in a moment."),
    ),
}


class DeskError(DiembaoError):
    """An answer that is an error: its status and what a person is told."""

    def __init__(self, status: int, message: str = "", *, retry_after: int = 0) -> None:
        self.status = status
        self.message = message or message_of(status)
        #: Seconds to wait before the next try; 0: not said.
        self.retry_after = retry_after
        super().__init__(f"{status}: {self.message}")


def message_of(status: int) -> Message:
    """Return what an error means that brings no words of its own."""
    return Message(WORDS.get(status, WORDS[500])[1])


def title_of(status: int) -> str:
    """Return the title of the page of an error, in English."""
    return WORDS.get(status, WORDS[500 if status >= 500 else 400])[0]
