"""Text with dates of publication and change → the part that states the publication."""

import re
from typing import Literal

_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)|Th(?:1[0-2]|0?[1-9])(?!\d)")
_PUBLISHED = (
    r"ngày đăng|đăng (?:lúc|ngày|tải|bài)|đăng(?=\s*:)|xuất bản|phát hành|first published|published|posted|created",
    r"(?:erst)?veröffentlich(?:t|ung)|erstellt|erschienen",
    r"publiée?|mis en ligne|publicad[oa]|pubblicat[oa]|gepubliceerd|publicerad",
    r"опубликован\w*|发布|發布|發佈|发表|發表|公開|掲載|配信|입력|등록|게재|승인|diterbitkan|dipublikasikan|tayang|เผยแพร่",
)
_UPDATED = (
    r"cập nhật|chỉnh sửa|sửa(?: lần cuối| lúc| ngày)?|updated?|last modified|modified|edited|mise? à jour|modifiée?",
    r"aktualisiert|geändert|stand(?=\s*:)|actualizad[oa]|modificad[oa]|aggiornat[oa]|bijgewerkt|uppdaterad",
    r"обновлен\w*|изменен\w*|更新|修正|수정|업데이트|diperbarui|แก้ไข|อัปเดต|อัพเดต",
)
# A letter of a script with blanks before a label makes it part of another word.
_LABEL = re.compile(
    rf"(?<![A-Za-zÀ-ỹЀ-ӿ])(?:(?P<published>{'|'.join(_PUBLISHED)})|(?P<updated>{'|'.join(_UPDATED)}))", re.IGNORECASE
)
# Names of attributes, classes, ids and properties; 'date-updated', 'dateModified', 'data-lastmod'.
_UPDATED_NAME = re.compile(r"modif|updat|lastmod|chinh-?sua|cap-?nhat", re.IGNORECASE)
_PUBLISHED_NAME = re.compile(r"publi|creat|issued|posted|dang-?bai|ngay-?dang", re.IGNORECASE)


def publication_part(text: str) -> tuple[str, bool]:
    """Return the part of a text that dates the publication, and whether it is none but dates a change.

    A label governs what stands behind it, up to the next one: 'Cập nhật lúc 30/11/2026 - Đăng lúc 28/11/2026' gives
    'Đăng lúc 28/11/2026'. A date before the label of a change is the publication's.
    """
    labels = list(_LABEL.finditer(text))
    if not any(label["updated"] for label in labels):
        return text, False
    ends = [*(label.start() for label in labels[1:]), len(text)]
    parts = [(label, text[label.start() : end]) for label, end in zip(labels, ends, strict=True)]
    for label, part in parts:
        if label["published"] and _YEAR.search(part):
            return part, False
    head = text[: labels[0].start()]
    return (head, False) if _YEAR.search(head) else (text, True)


def last_label(text: str) -> Literal["published", "updated", ""]:
    """Return what the last label in the words before a date says that it dates; '' if they have none."""
    labels = list(_LABEL.finditer(text))
    if not labels:
        return ""
    return "updated" if labels[-1]["updated"] else "published"


def is_update_name(names: str) -> bool:
    """Whether names of an element or attribute mark the time of a change, and not one of publication."""
    return bool(_UPDATED_NAME.search(names)) and not _PUBLISHED_NAME.search(names)
