"""A digest → the parts of an e-mail; a published digest → the e-mail to one list of recipients."""

from collections.abc import Sequence
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from analysis.documents.blocks import Picture, PrintDocument, plain_text_lines
from diembao.jobs.publishing.draft_digest import form_of
from pipeline.records.publications import Publication

if TYPE_CHECKING:
    from diembao.jobs.publishing.draft_digest import DraftDigest

#: Names of the files of a publication that make its e-mail.
_HTML, _TEXT, _PICTURE = "letter.html", "letter.txt", "letter-picture-{n}.png"
#: Suffix of an attachment → its MIME subtype of application/.
_TYPES = {".pdf": "pdf", ".docx": "vnd.openxmlformats-officedocument.wordprocessingml.document"}


def email_subject(draft: "DraftDigest") -> str:
    """Return e.g. 'Điểm báo Ninh Thuận, 22/11/2026: 40 tin, bài, 3 tin cần lưu ý'."""
    from analysis.documents.labels import labels

    words, day = labels(draft.language), draft.day
    subject = words.say(
        "mail_subject",
        title=f"{words.say('title')} {draft.province}",
        date=words.short_date(day.day),
        items=words.say("mail_items", n=day.counts.items),
        attention=words.say("mail_attention", n=len(day.attention)),
    )
    return words.say("mail_unapproved", subject=subject) if day.office.unapproved else subject


def email_files(paper: PrintDocument) -> dict[str, bytes]:
    """Return the parts of an e-mail by name: HTML, text, pictures."""
    from analysis.documents.email_html import email_html

    pictures = [block for block in paper.blocks if isinstance(block, Picture)]
    return {
        _HTML: email_html(paper).encode(),
        _TEXT: ("\n".join(plain_text_lines(paper)) + "\n").encode(),
        **{_PICTURE.format(n=n): picture.png for n, picture in enumerate(pictures, 1)},
    }


def is_email_part(name: str) -> bool:
    """Whether a file of a publication is a part of its e-mail."""
    return name.startswith("letter")


def email_message(
    publication: Publication, *, sender: str, to: Sequence[str], attach: Sequence[str], message_id: str
) -> Message:
    """Return the e-mail with a published digest; `attach` names forms. Equal arguments give equal bytes."""
    files = publication.files
    attachments = [n for n in sorted(files) if form_of(n) in attach and not is_email_part(n)]
    pictures = sorted(name for name in files if name.startswith("letter-picture-"))

    html = MIMEMultipart("related", _boundary(publication, 3))
    html.attach(MIMEText(files[_HTML].decode(), "html", "utf-8"))
    for n, name in enumerate(pictures, 1):
        image = MIMEImage(files[name], "png")
        image["Content-ID"] = f"<picture-{n}>"
        image.add_header("Content-Disposition", "inline", filename=f"picture-{n}.png")
        html.attach(image)
    words = MIMEMultipart("alternative", _boundary(publication, 2))
    words.attach(MIMEText(files[_TEXT].decode(), "plain", "utf-8"))
    words.attach(html)
    message = MIMEMultipart("mixed", _boundary(publication, 1))
    # email.message.EmailMessage loses a space where it folds a long subject outside ASCII (CPython 3.11).
    message["Subject"] = Header(publication.title, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = sender, ", ".join(to)
    message["Date"], message["Message-ID"] = format_datetime(publication.made_at), message_id
    message["Auto-Submitted"], message["Content-Language"] = "auto-generated", publication.language
    message.attach(words)
    for name in attachments:
        part = MIMEApplication(files[name], _TYPES.get(PurePath(name).suffix, "octet-stream"))
        part.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(part)
    return message


def _boundary(publication: Publication, n: int) -> str:
    """Return a MIME boundary from the digest's checksum: a random one would make equal e-mails differ."""
    return f"=_diembao-{publication.sha256[:24]}-{n}"
