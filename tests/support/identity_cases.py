"""Outlets whose addresses lie, move or stay, in stages, and the headlines of their items after the last stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.support.local_site import Page, Reply
from tests.support.moving_press import ELSEWHERE, NEWEST, Listed, Stage, Told, moved, report

_ERROR = Told(
    "Thông báo từ ban biên tập",
    (
        "Quý độc giả thân mến, chúng tôi vừa thay đổi giao diện nên một số liên kết cũ không còn dẫn tới đúng chỗ.",
        "Xin mời quay về đầu trang để chọn chuyên mục, hoặc gõ từ khóa vào ô tìm kiếm phía trên cùng bên phải.",
        "Mọi góp ý xin gửi về hộp thư tòa soạn, chúng tôi trân trọng cảm ơn và mong nhận được sự thông cảm.",
    ),
    published="",
)


@dataclass(frozen=True)
class Case:
    """An outlet in stages and the headlines of its items after the last; paths that all lead to the first of them."""

    stages: Sequence[Stage]
    titles: Sequence[str]
    paths: Sequence[str] = ()
    #: path of the address under which the first of them is shown; '': not looked at
    shown: str = ""


def front(*reports: Told) -> Reply:
    links = "".join(f'<h3><a href="/bai-{n}.html">{r.title}</a></h3>' for n, r in enumerate(reports))
    return Reply(f"<html><head><title>Trang nhất</title></head><body>{links * 4}</body></html>")


def sharing(count: int = 4, path: str = "/bai-{n}.html", first: Told | None = None, **named: str) -> Case:
    """Return an outlet whose reports all name one address as theirs, after `first`, which names it too."""
    reports = [report(n, **named) for n in range(count)]
    reports = ([replace(first, **named)] if first else []) + reports
    paths = [path.format(n=n) for n in range(len(reports))]
    pages: dict[str, Page] = {p: r.page() for p, r in zip(paths, reports, strict=True)}
    pages["/"] = front(*reports)
    feed = [Listed(p, r) for p, r in zip(paths, reports, strict=True)]
    titles = [r.title for r in reports if r.title != ELSEWHERE[0]]
    return Case([Stage(pages, feed)], titles, shown="" if first else paths[0])


def redirected(target: str, page: Page, count: int = 4) -> Case:
    """Return an outlet that sends the links of its reports to one page."""
    reports = [report(n) for n in range(count)]
    paths = [f"/bai-{n}.html" for n in range(count)]
    pages: dict[str, Page] = {**{p: moved(target, 302) for p in paths}, target: page}
    return Case([Stage(pages, [Listed(p, r) for p, r in zip(paths, reports, strict=True)])], [r.title for r in reports])


def naming_another(order: Sequence[int]) -> Case:
    """Return an outlet of three reports, two of which name the third as their address, listed in this order."""
    paths = [f"/phong-su-dai-ky-ve-vung-dat-{4710 + n}.html" for n in range(3)]
    reports = [report(0, canonical=paths[2]), report(1, canonical=paths[2]), report(2, canonical=paths[2])]
    pages = {p: r.page() for p, r in zip(paths, reports, strict=True)}
    feed = [Listed(paths[n], reports[n]) for n in order]
    return Case([Stage(pages, feed)], [r.title for r in reports])


SHARED = {
    "section": sharing(canonical="/thoi-su"),
    "section below": sharing(path="/tin-tuc/bai-viet-so-{n}.html", canonical="/tin-tuc"),
    "section with extension": sharing(path="/a/bai-{n}.html", canonical="/a/thoi-su.html"),
    "undefined": sharing(canonical="/undefined"),
    "null": sharing(canonical="/null", path="/2026/11/bai-viet-{n}"),
    "template": sharing(canonical="/{{post.url}}"),
    "index with a query": sharing(og_url="/index.php?nv=news", path="/index.php/bai-{n}.html"),
    "front page": sharing(canonical="/"),
    "error page": sharing(canonical="/404.html"),
    "looks like an article": sharing(canonical="/tin-nong-trong-ngay-hom-nay-12345.html"),
    "looks like an article, og": sharing(og_url="/chuyen-trang-dac-biet-cua-toa-soan-nam-2026", path="/x/{n}"),
    "ten of them": sharing(count=10, canonical="/thoi-su"),
    "an article from elsewhere first": sharing(first=Told(*ELSEWHERE), canonical="/thoi-su"),
    "an article from elsewhere first, like an article": sharing(
        first=Told(*ELSEWHERE), canonical="/tin-nong-trong-ngay-hom-nay-12345.html"
    ),
    "redirected to the front page": redirected("/", front(*(report(n) for n in range(6)))),
    "redirected to an error page": redirected("/loi.html", _ERROR.page()),
    "redirected to a notice": redirected("/thong-bao-cua-toa-soan-gui-ban-doc-2512.html", _ERROR.page()),
    "redirected to another article": redirected("/mot-bai-khac-khong-lien-quan-9876.html", Told(*ELSEWHERE).page()),
    "names another article, which comes last": naming_another((0, 1, 2)),
    "names another article, which comes first": naming_another((2, 1, 0)),
    "names another article, which comes between": naming_another((1, 2, 0)),
}

OLD, NEW, NEWER = "/nho-duoc-mua-dau-vu.html", "/nho-duoc-mua-thuong-lai-vui.html", "/nho-trung-mua-lon-nhat-nam.html"
EDITED = "Nho xanh trúng mùa lớn, nông dân Ninh Thuận phấn khởi"


def edit(*, before: Page | None, told: Told, guid: str = "", self_named: bool = True, extra: str = "") -> Case:
    """Return an outlet that edits a headline and moves the article; `before` is then at the old address (None: 404)."""
    first = replace(report(0), canonical=OLD if self_named else "")
    other = report(3)
    pages: dict[str, Page] = {OLD: first.page(), "/dap.html": other.page()}
    old_stage = Stage(pages, [Listed(OLD, first, "guid-1"), Listed("/dap.html", other)])
    after = {**pages, NEW: told.page(), OLD: before if before is not None else Reply(status=404)}
    new_stage = Stage(after, [Listed(NEW + extra, told, guid or "guid-1"), Listed("/dap.html", other)])
    return Case([old_stage, new_stage], [told.title, other.title], (OLD, NEW), NEW)


_EDITED = replace(report(0), title=EDITED, canonical=NEW)
_CORRECTED = replace(_EDITED, paragraphs=(*_EDITED.paragraphs[:2], "Giá nho tại vườn hiện ở mức ba mươi nghìn đồng."))
_IN_PLACE = replace(_CORRECTED, canonical="")
_THIRD = replace(_EDITED, title="Vụ nho lớn nhất nhiều năm ở Ninh Thuận", canonical=NEWER)
_FIRST_MOVE = edit(before=moved(NEW), told=_EDITED)
_VARIANTS = report(0)

MOVED = {
    "old address redirects, same guid": edit(before=moved(NEW), told=_EDITED),
    "old address redirects, other guid": edit(before=moved(NEW), told=_EDITED, guid="guid-2"),
    "old address gone, same guid": edit(before=None, told=_EDITED),
    "both pages stand, same guid": edit(before=_EDITED.page(), told=_EDITED),
    "both pages stand, other guid": edit(before=_EDITED.page(), told=_EDITED, guid="guid-2"),
    "no canonical": edit(before=moved(NEW), told=replace(_EDITED, canonical=""), guid="guid-2", self_named=False),
    "text corrected too, same guid": edit(before=moved(NEW), told=_CORRECTED),
    "text corrected too, other guid": edit(before=moved(NEW), told=_CORRECTED, guid="guid-2"),
    "no date on the page, other guid": edit(before=moved(NEW), told=replace(_EDITED, published=""), guid="guid-2"),
    "temporary redirect": edit(before=moved(NEW, 302), told=_EDITED, guid="guid-2"),
    "reader tracked": edit(before=moved(NEW), told=_EDITED, guid="guid-2", extra="?ref=rss"),
    "moved twice": Case(
        [
            *_FIRST_MOVE.stages,
            Stage(
                {**_FIRST_MOVE.stages[1].pages, OLD: moved(NEW), NEW: moved(NEWER), NEWER: _THIRD.page()},
                [Listed(NEWER, _THIRD, "guid-3"), Listed("/dap.html", report(3))],
            ),
        ],
        [_THIRD.title, report(3).title],
        (OLD, NEW, NEWER),
        NEWER,
    ),
    "slash at the end": Case(
        [
            Stage(
                {"/bai-1": report(0).page(), "/bai-1/": report(0).page()},
                [Listed("/bai-1/", report(0)), Listed("/bai-1", report(0))],
            )
        ],
        [report(0).title],
        ("/bai-1", "/bai-1/"),
        "/bai-1",
    ),
    "ref": Case(
        [
            Stage(
                {"/bai-1": report(0).page()},
                [
                    Listed("/bai-1?ref=trang-nhat", report(0)),
                    Listed("/bai-1", report(0)),
                    Listed("/bai-1?source=fb", report(0)),
                ],
            )
        ],
        [report(0).title],
        ("/bai-1", "/bai-1?ref=trang-nhat", "/bai-1?ref=chua-tung-thay"),
        "/bai-1",
    ),
}

_MAIN = report(0, canonical="/nho-duoc-mua-dau-vu-4711.html")
_REPEATED = (
    "Sáng nay tại Ninh Thuận giá nước mắm ở mức {a} đồng, muối hạt {b} đồng, tôm thẻ {c} đồng mỗi ký theo ghi nhận "
    "của phóng viên ở các chợ đầu mối và vựa thu mua dọc bờ biển trong phiên giao dịch đầu ngày."
)


def prices(days_ago: int) -> Told:
    """Return a bulletin of prices in the words of every other one."""
    at = NEWEST - timedelta(days=days_ago)
    return Told(
        f"Giá nông sản Ninh Thuận ngày {at:%d/%m}",
        (_REPEATED.format(a=71 - 3 * days_ago, b=12 + 2 * days_ago, c=95 + 4 * days_ago),),
        at.isoformat(),
        "/gia-nong-san-hang-ngay-tai-cac-cho.html",
    )


#: Cases whose outcome must stay as it was.
STABLE = {
    "page for phones that names the main page": Case(
        [
            Stage(
                {"/amp/nho.html": _MAIN.page(), "/nho-duoc-mua-dau-vu-4711.html": _MAIN.page()},
                [Listed("/amp/nho.html", _MAIN), Listed("/nho-duoc-mua-dau-vu-4711.html", _MAIN)],
            )
        ],
        [_MAIN.title],
        ("/amp/nho.html", "/nho-duoc-mua-dau-vu-4711.html"),
        "/nho-duoc-mua-dau-vu-4711.html",
    ),
    "page for printers that names the main page": Case(
        [
            Stage(
                {"/print.php": _MAIN.page(), "/nho-duoc-mua-dau-vu-4711.html": _MAIN.page()},
                [Listed("/nho-duoc-mua-dau-vu-4711.html", _MAIN), Listed("/print.php?id=4711", _MAIN)],
            )
        ],
        [_MAIN.title],
        ("/print.php?id=4711", "/nho-duoc-mua-dau-vu-4711.html"),
        "/nho-duoc-mua-dau-vu-4711.html",
    ),
    "two addresses in two sections, one canonical": Case(
        [
            Stage(
                {
                    "/kinh-te/bai-1.html": report(0, canonical="/kinh-te/bai-1.html").page(),
                    "/xa-hoi/bai-1.html": report(0, canonical="/kinh-te/bai-1.html").page(),
                },
                [Listed("/xa-hoi/bai-1.html", report(0)), Listed("/kinh-te/bai-1.html", report(0))],
            )
        ],
        [report(0).title],
        ("/kinh-te/bai-1.html", "/xa-hoi/bai-1.html"),
        "/kinh-te/bai-1.html",
    ),
    "daily prices in the same words": Case(
        [
            Stage(
                {f"/gia-{n}.html": prices(n).page() for n in range(3)},
                [Listed(f"/gia-{n}.html", prices(n)) for n in range(3)],
            )
        ],
        [prices(n).title for n in range(3)],
    ),
    "corrected text under one address": Case(
        [
            Stage({"/nho.html": report(0).page()}, [Listed("/nho.html", report(0))]),
            Stage({"/nho.html": _IN_PLACE.page()}, [Listed("/nho.html", _IN_PLACE)]),
        ],
        [EDITED],
        ("/nho.html",),
        "/nho.html",
    ),
    "two reports listed together": Case(
        [
            Stage(
                {"/a.html": report(0).page(), "/b.html": report(0).page()},
                [Listed("/a.html", report(0)), Listed("/b.html", report(0))],
            )
        ],
        [report(0).title, report(0).title],
    ),
}

CASES = {**SHARED, **MOVED, **STABLE}
