"""the reason of a relevance verdict as a code with parameters, no longer as a Vietnamese sentence

Revision ID: 0012
Revises: 0011
"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: Taggings read and written at once
_BATCH = 1_000

_WHERE = {"tiêu đề": "title", "phần mở đầu": "lead", "phần thân bài": "body"}
_PLACED = r"(?P<where>tiêu đề|phần mở đầu|phần thân bài) nêu (?P<names>.+)"
#: The sentences of version 0.1.0 by their codes; every part of a sentence is either literal or a parameter
_SENTENCES = {
    code: re.compile(pattern, re.DOTALL)
    for code, pattern in {
        "unnamed": r"Không nhắc đến (?P<province>.+) hay địa danh nào của tỉnh\.",
        "main": rf"Nội dung chính diễn ra ở (?P<province>.+?): {_PLACED}, tổng cộng (?P<count>\d+) lần\.",
        "mention": rf"(?P<province>.+?) được nhắc đến nhưng không phải nội dung chính: {_PLACED}\.",
        "list": r"(?P<province>.+?) chỉ được nêu trong danh sách nhiều tỉnh \((?P<names>.+)\)\.",
        "aside": r"(?P<province>.+?) chỉ được nhắc bên lề "
        r"\(quê quán, đại biểu, tuyến đường, tên công ty…\): (?P<names>.+)\.",
        "successor": r"Chỉ nói về (?P<successor>.+), không nêu địa danh nào của (?P<province>.+)\.",
        "range": r"(?P<province>.+) chỉ được nêu làm mốc của một dải địa bàn dài, không có nội dung về tỉnh\.",
    }.items()
}
_NAMES = re.compile(
    r"“(?P<names>.*)”(?: và (?P<others>\d+) tên khác)?"
    r"(?P<unaccented> \(văn bản không dấu, tên hiểu theo ngữ cảnh\))?",
    re.DOTALL,
)


def upgrade() -> None:
    connection = op.get_bind()
    taggings = sa.table("taggings", sa.column("id", sa.Integer), sa.column("tags", sa.JSON))
    batches = sa.select(taggings.c.id, taggings.c.tags).order_by(taggings.c.id).limit(_BATCH)
    change = (
        sa.update(taggings)
        .where(taggings.c.id == sa.bindparam("tagging"))
        .values(tags=sa.bindparam("changed", type_=sa.JSON))
    )
    last = -1
    while rows := connection.execute(batches.where(taggings.c.id > last)).all():
        last = rows[-1].id
        changes = [
            {"tagging": row.id, "changed": {**row.tags, "reason": reason_of_sentence(row.tags["reason"])}}
            for row in rows
            if isinstance(row.tags.get("reason"), str)
        ]
        if changes:
            connection.execute(change, changes)


def reason_of_sentence(sentence: str) -> dict[str, Any]:
    """Return code and parameters of a stored sentence; code 'text' with the sentence where it is none of 0.1.0."""
    for code, pattern in _SENTENCES.items():
        match = pattern.fullmatch(sentence)
        parameters = None if match is None else _parameters(match.groupdict())
        if parameters is not None:
            return {"code": code, "parameters": parameters}
    return {"code": "text", "parameters": {"text": sentence}}


def _parameters(groups: dict[str, str]) -> dict[str, Any] | None:
    """Return the parameters of a sentence from its parts; None where the names are not quoted as 0.1.0 did."""
    parameters: dict[str, Any] = dict(groups)
    if "where" in groups:
        parameters["where"] = _WHERE[groups["where"]]
    if "count" in groups:
        parameters["count"] = int(groups["count"])
    if "names" in groups:
        match = _NAMES.fullmatch(groups["names"])
        if match is None:
            return None
        parameters["names"] = match["names"].split("”, “")
        parameters["others"] = int(match["others"] or 0)
        parameters["unaccented"] = match["unaccented"] is not None
    return parameters
