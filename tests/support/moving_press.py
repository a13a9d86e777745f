"""Small outlets whose addresses lie or move: pages and feeds on 127.0.0.1, in stages, and a home that watches them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.resources import files
from pathlib import Path

from diembao.system.home import Home
from tests.support.local_site import LocalSite, Page, Reply

#: When the newest report was published: some hours ago, at a full minute.
NEWEST = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=20)
#: Headline and paragraphs of reports that have nothing in common but the province.
REPORTS: Sequence[tuple[str, tuple[str, ...]]] = (
    (
        "Nho Ninh Thuận được mùa, thương lái đặt cọc từ sớm",
        (
            "Nông dân các xã ven sông ở Ninh Thuận đang cắt những chùm nho xanh đầu tiên của vụ cuối năm.",
            "Ông Trần Văn Bảy cho biết mỗi sào thu gần hai tấn quả, cao hơn hẳn năm ngoái nhờ trời ít mưa.",
            "Hợp tác xã đã ký hợp đồng bao tiêu với ba siêu thị ở phía Nam, giá giữ ổn định đến hết tháng chạp.",
        ),
    ),
    (
        "Ninh Thuận mở lại tuyến xe buýt nối ga Tháp Chàm với biển",
        (
            "Sau hai năm ngừng chạy, tuyến xe buýt số bốn của Ninh Thuận đón khách trở lại từ sáng thứ hai tuần này.",
            "Xe xuất bến mỗi bốn mươi phút, đi qua chợ trung tâm, bệnh viện đa khoa rồi dừng ở quảng trường sát cát.",
            "Học sinh được giảm nửa giá vé, còn người cao tuổi đi miễn phí khi mang theo giấy tờ tùy thân.",
        ),
    ),
    (
        "Cháy rừng khộp ở Thuận Bắc, hàng trăm người tham gia dập lửa",
        (
            "Ngọn lửa bùng lên giữa trưa tại khu rừng khộp thuộc huyện Thuận Bắc, Ninh Thuận và lan nhanh vì gió.",
            "Kiểm lâm, bộ đội cùng dân quân dùng cành cây tươi và máy thổi gió tạo đường băng cản lửa suốt buổi chiều.",
            "Đến tối đám cháy được khống chế, không có thiệt hại về người, nguyên nhân đang được điều tra làm rõ.",
        ),
    ),
    (
        "Đập thủy lợi Sông Than tích nước, Ninh Thuận bớt lo khô hạn",
        (
            "Công ty khai thác công trình thủy lợi Ninh Thuận xác nhận hồ Sông Than đã tích sáu phần mười dung tích.",
            "Kỹ sư trực vận hành nói cửa xả được kiểm tra từng ngày và kênh chính sẵn sàng dẫn nước về đồng Mỹ Sơn.",
            "Nếu mưa đến đúng kỳ, vụ đông xuân sẽ đủ nước tưới cho những cánh đồng lâu nay phải bỏ hoang.",
        ),
    ),
    (
        "Làng gốm Bàu Trúc của Ninh Thuận đón đoàn nghệ nhân Nhật Bản",
        (
            "Mười hai nghệ nhân từ vùng gốm Bizen đã đến làng Bàu Trúc, Ninh Thuận để học nặn gốm không dùng bàn xoay.",
            "Bà Đàng Thị Hoa vừa đi quanh khối đất vừa vuốt thành bình, khiến khách trầm trồ rồi xin được làm thử.",
            "Hai bên hẹn trao đổi mẫu đất sét cùng công thức nung lộ thiên, hướng tới một triển lãm chung mùa hè.",
        ),
    ),
    (
        "Cảng cá Ninh Chữ quá tải, ngư dân Ninh Thuận chờ neo đậu",
        (
            "Hàng chục tàu câu mực xếp hàng ngoài cửa lạch Ninh Chữ, Ninh Thuận vì luồng vào cảng bị bồi lấp.",
            "Chủ tàu Nguyễn Tấn Lực kể con tàu của anh mắc cạn hai lần trong tháng, chân vịt cong phải thay mới.",
            "Ban quản lý cảng đề xuất nạo vét khẩn cấp một đoạn dài bốn trăm mét trước mùa gió bấc.",
        ),
    ),
    (
        "Trường nội trú Ninh Thuận dạy chữ Chăm qua trò chơi điện tử",
        (
            "Một nhóm giáo viên trẻ ở trường dân tộc nội trú Ninh Thuận viết phần mềm giúp học trò nhớ mặt chữ Chăm.",
            "Các em ghép nét trên máy tính bảng, nghe phát âm và cùng nhau sưu tầm chuyện cổ của ông bà làm bài tập.",
            "Sau một học kỳ, số em đọc thông được bài dân ca tăng gấp ba, phụ huynh cũng xin tài khoản học cùng.",
        ),
    ),
    (
        "Ninh Thuận xử phạt cơ sở xả nước thải ra đầm Nại",
        (
            "Đoàn thanh tra môi trường tỉnh Ninh Thuận lập biên bản một cơ sở chế biến rong biển xả thẳng ra đầm Nại.",
            "Mẫu nước lấy tại miệng cống có mùi tanh nồng, chỉ số vượt ngưỡng cho phép nên xưởng bị đình chỉ ba tháng.",
            "Người nuôi hàu quanh đầm yêu cầu bồi thường vì lồng bè chết hàng loạt hồi giữa tháng trước.",
        ),
    ),
    (
        "Giải lướt ván diều quốc tế khởi tranh tại Mỹ Hòa, Ninh Thuận",
        (
            "Gió đều và nước phẳng đưa bãi Mỹ Hòa của Ninh Thuận thành điểm hẹn của tám mươi tay ván diều năm châu.",
            "Vận động viên trẻ nhất mới mười ba tuổi, đến từ Cape Town, về nhất vòng loại nội dung tốc độ nữ.",
            "Khách sạn trong vùng kín phòng, dân làng mở quán hải sản phục vụ suốt tuần lễ thi đấu.",
        ),
    ),
    (
        "Bệnh viện đa khoa Ninh Thuận lần đầu ghép giác mạc thành công",
        (
            "Ê kíp mắt của bệnh viện đa khoa tỉnh Ninh Thuận vừa ghép giác mạc cho một cụ bà bảy mươi tuổi bị mờ đục.",
            "Ca mổ kéo dài chín mươi phút với sự hỗ trợ từ xa của chuyên gia tuyến trung ương qua màn hình.",
            "Bệnh nhân đã đếm được ngón tay ở khoảng cách hai mét và dự kiến xuất viện vào cuối tuần.",
        ),
    ),
)
#: The same without any place of the province.
ELSEWHERE = (
    "Triển lãm tranh lụa mở cửa tại phố cổ Bắc Giang",
    (
        "Bốn mươi bức tranh lụa của các họa sĩ trẻ được treo trong ngôi nhà cổ vừa trùng tu ở trung tâm thành phố.",
        "Người xem có thể tự tay pha màu cùng tác giả, còn trẻ nhỏ được phát giấy dó để vẽ con vật yêu thích.",
        "Ban tổ chức dự định đưa bộ sưu tập đi vòng quanh các trường học trong suốt mùa xuân tới.",
    ),
)


@dataclass(frozen=True)
class Told:
    """A report on a page: its headline, paragraphs and what its head says; changed with dataclasses.replace."""

    title: str
    paragraphs: tuple[str, ...]
    #: ISO 8601; '': the page states no time
    published: str = ""
    canonical: str = ""
    og_url: str = ""

    def page(self) -> Reply:
        head = f'<title>{escape(self.title)}</title><meta property="og:type" content="article">'
        if self.published:
            head += f'<meta property="article:published_time" content="{self.published}">'
        if self.canonical:
            head += f'<link rel="canonical" href="{escape(self.canonical)}">'
        if self.og_url:
            head += f'<meta property="og:url" content="{escape(self.og_url)}">'
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return Reply(
            f'<!doctype html><html lang="vi"><head><meta charset="utf-8">{head}</head><body><article>'
            f"<h1>{escape(self.title)}</h1>{body}</article></body></html>"
        )


def report(n: int, **more: str) -> Told:
    """Return report number n, published n hours before number 0; `more` replaces fields."""
    told = Told(*REPORTS[n], published=(NEWEST - timedelta(hours=n)).isoformat())
    return replace(told, **more)


def moved(path: str, status: int = 301) -> Reply:
    return Reply(status=status, headers={"Location": path})


@dataclass(frozen=True)
class Listed:
    """An entry of a feed: the path it links to, and the report whose headline and first sentence it repeats."""

    path: str
    told: Told
    guid: str = ""


@dataclass(frozen=True)
class Stage:
    """What an outlet serves at one time: its pages by path, and the entries of its feed in order."""

    pages: Mapping[str, Page]
    feed: Sequence[Listed]


@dataclass
class Outlet:
    """An outlet on a port of its own; `show` moves it to its next stage."""

    id: str
    stages: Sequence[Stage]
    site: LocalSite = field(init=False)

    def __post_init__(self) -> None:
        self.site = LocalSite({})

    def show(self, number: int) -> None:
        """Serve a stage, the last one where there are fewer."""
        stage = self.stages[min(number, len(self.stages) - 1)]
        self.site.pages = {**stage.pages, "/rss.xml": self._feed(stage.feed)}

    def _feed(self, listed: Iterable[Listed]) -> Reply:
        items = "".join(
            f"<item><title>{escape(one.told.title)}</title><link>{escape(self.site.home[:-1] + one.path)}</link>"
            f'<guid isPermaLink="false">{escape(one.guid or one.path)}</guid>'
            f"<description>{escape(one.told.paragraphs[0])}</description></item>"
            for one in listed
        )
        channel = f"<title>{self.id}</title>{items}"
        return Reply(f'<rss version="2.0"><channel>{channel}</channel></rss>', "application/rss+xml; charset=utf-8")


def write_home(folder: Path, outlets: Iterable[Outlet]) -> Home:
    """Write a home folder that watches these outlets."""
    home = Home(folder)
    home.config.mkdir(parents=True, exist_ok=True)
    settings = (files("config") / "settings.toml").read_text("utf-8")
    for key, value in {"delay_seconds": "0.0", "contact": '"a@example.org"', "workers": "1"}.items():
        settings = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", settings)
    (home.config / "settings.toml").write_text(settings, "utf-8")
    tables = (
        f'[[source]]\nid = "{outlet.id}"\nname = "Báo {outlet.id}"\nhome = {json.dumps(outlet.site.home)}\n'
        f'feeds = [{{ url = "{outlet.site.home}rss.xml", kind = "feed" }}]\nlanguages = ["vi"]\n'
        for outlet in outlets
    )
    (home.config / "sources.toml").write_text("\n".join(tables), "utf-8")
    return home
