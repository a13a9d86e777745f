"""A day as a document to print, with and without the letterhead of an office."""

import io

import docx
from docx.oxml.ns import qn

from analysis.digest.document import digest_document
from analysis.documents.blocks import Letterhead, PrintDocument
from tests.support.days import LABELS, model

DECREE = Letterhead(
    True, "UBND tỉnh Khánh Hòa", "Sở Văn hóa, Thể thao và Du lịch", "BC-SVHTTDL", "Khánh Hòa", "KT. Giám đốc",
    "Phó Giám đốc", "Nguyễn Văn Ví Dụ", ("UBND tỉnh (b/c)", "Các sở, ban, ngành (p/h)", "Lưu: VT, QLBC"),
)  # fmt: skip
SIZES = (0, 1, 40, 500)


def paper(n: int, letterhead: Letterhead | None = None, lang: str = "vi") -> PrintDocument:
    return digest_document(
        model(n),
        lang,
        province="Ninh Thuận",
        note="Nay thuộc tỉnh Khánh Hòa",
        topic_labels=LABELS,
        letterhead=letterhead,
    )


def words_of(file: bytes) -> str:
    root = docx.Document(io.BytesIO(file)).element
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in root.iter(qn("w:p")))
