"""Translations of the sample press, as an engine and a person might have given them, and one that a guard refused."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import unquote

from analysis.digest.excerpt import excerpt, strip_markup
from pipeline.records import Item, VerdictReason
from pipeline.records.audit import Actor
from pipeline.records.translations import Engine, TextPart, Translation, TranslationCorrection
from storage.database import Database

ENGINE = Engine("openai", "sample-7b", "2026-10")
AT = datetime(2026, 11, 21, 21, tzinfo=UTC)
#: Slug of an article → title and excerpt in Vietnamese; excerpts are shorter than the printed ones.
TEXTS = {
    "hedian-zuankong": (
        "Nhà máy điện hạt nhân Ninh Thuận 1 bắt đầu đợt khảo sát địa chất cuối cùng",
        "Các lỗ khoan sâu 80 đến 150 mét, thi công trong 90 ngày với 140 người, hơn một phần ba là người địa phương.",
    ),
    "nintuon-wonjeon-ko": (
        "Bắt đầu khảo sát địa chất cuối cùng tại khu vực nhà máy điện hạt nhân Ninh Thuận 1",
        "Ban dự án khoan 64 lỗ sâu 80 đến 150 m trong 90 ngày để kiểm tra nền đá hoa cương và dòng nước ngầm.",
    ),
    "genpatsu-ja": (
        "Điện hạt nhân Ninh Thuận 1: khảo sát địa chất lần cuối tại địa điểm dự kiến",
        "Đợt khảo sát đo độ bền của đá hoa cương và dòng chảy nước ngầm, kết quả nộp cùng lúc cho hai nơi.",
    ),
    "shio-ja": (
        "Muối Cà Ná lần đầu được nhập vào Nhật Bản để làm nước tương",
        "Nhà sản xuất mất 2 năm lót bạt 140 héc-ta ruộng muối, giảm tạp chất xuống dưới 0,1 %.",
    ),
    "vinograd-nintkhuan": (
        "Giá nho Ninh Thuận lên mức cao nhất trong ba năm",
        "Hợp tác xã gồm 74 hộ đã bán trước một nửa sản lượng theo hợp đồng.",
    ),
    "atomkraft-in-der-sandduene": (
        "Nhà máy điện hạt nhân Ninh Thuận 1: khoan để có con dấu cuối cùng",
        "Sáu mươi tư mũi khoan cho biết đá hoa cương chắc đến đâu và nước ngầm chảy về hướng nào.",
    ),
    "bau-truc-six-cents-lampes": (
        "Ở Bàu Trúc, sáu trăm chiếc đèn ra đời từ đất",
        "Người thợ đi giật lùi quanh khối đất sét, một tay bên trong, một tay bên ngoài.",
    ),
    "energia-ninh-thuan-es": (
        "Ninh Thuận, phòng thí nghiệm năng lượng sạch của Việt Nam",
        "Một nhà máy cáp ngầm cho điện gió ngoài khơi vừa khởi công ở khu công nghiệp Du Long.",
    ),
}
PARTS: tuple[TextPart, ...] = ("title", "excerpt")
#: Name of the account of the person who corrected a translation.
PERSON = "lan.nguyen"
EDITOR = Actor(None, PERSON, "127.0.0.1", "desk")
#: A person corrected both texts of this one.
CORRECTED = "kana-lng-ko"
CORRECTED_TEXTS = (
    "Nhà máy điện khí LNG Cà Ná: tìm cách rút ngắn 8 tháng nhờ kho chứa nổi",
    "Kho chứa 170.000 m³ neo phía trong đê chắn sóng phía nam.",
)
#: A guard refused what the engine gave for the title of this one.
REFUSED = "nintuon-solar-ko"
REFUSAL = VerdictReason("numbers", {"written": "14%"})
#: What the engine gave for this one holds markup, and characters that hide and reorder others.
HOSTILE = "turbine-blade-failure"
HOSTILE_TEXTS = (
    "<script>alert(1)</script> Bảy tua-bin \u202egió\u202c dừng",
    "**đậm** [a](javascript:alert(1)) \u200bxong",
)


def slug_of(item: Item) -> str:
    """Return the name of an article in the sample press."""
    return unquote(item.article.url).rsplit("/", 1)[-1].removesuffix(".html").rpartition("-")[0]


def parts_of(item: Item) -> dict[TextPart, str]:
    """Return the hashes of title and excerpt of an article."""
    texts: dict[TextPart, str] = {"title": item.article.title, "excerpt": strip_markup(excerpt(item))}
    return {part: hashlib.sha256(text.encode()).hexdigest() for part, text in texts.items()}


def translate_press(storage: Database) -> dict[str, str]:
    """Store the translations; return the keys of the articles that have one, or a refusal, by slug."""
    keys: dict[str, str] = {}
    for item in storage.articles.items():
        slug, parts = slug_of(item), parts_of(item)
        texts = {**TEXTS, HOSTILE: HOSTILE_TEXTS, CORRECTED: ("Bản máy chưa sửa", "Câu máy chưa sửa.")}.get(slug)
        source = item.language.split("-")[0]
        if slug == REFUSED:
            made = [Translation(parts["title"], source, "vi", ENGINE, "", REFUSAL, AT)]
        elif texts is not None:
            made = [Translation(parts[p], source, "vi", ENGINE, t, None, AT) for p, t in zip(PARTS, texts, strict=True)]
        else:
            continue
        keys[slug] = item.key
        storage.translations.save(item.key, parts, made, seen=item)
        if slug == CORRECTED:
            for part, text in zip(PARTS, CORRECTED_TEXTS, strict=True):
                correction = TranslationCorrection(parts[part], source, "vi", text, PERSON, AT)
                storage.translations.correct(EDITOR, item, parts, part, correction)
    return keys
