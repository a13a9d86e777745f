"""Text of a page → its words that pages of errors, challenges, logins, cookie walls and paywalls do not consist of.

Such pages say the same few things on every site: their whole text is made of the words below. News uses these words
too, among others: names, figures, things. So the share of other words tells one from the other, whatever phrases occur.
"""

import re
from collections.abc import Collection

from pipeline.text import scripts

_TOKENS = re.compile(rf"[{scripts.UNSPACED}]|[^\W_]+")

# Words of notices that sites show in place of an article, and of a site's own furniture (home, search, menu).
_VIETNAMESE = """
    trang bài viết này không tồn tại tìm thấy kiếm hoặc đã bị xóa xoá gỡ bỏ mời bạn quý khách quay lại trở về chủ
    xem các những tin tức khác xin lỗi rất tiếc vui lòng hãy kiểm tra đường dẫn liên kết địa chỉ nội dung yêu cầu
    truy cập có thể được thay đổi di chuyển hệ thống hiện đang bảo trì nâng cấp sau ít phút thử tải đăng nhập ký tài
    khoản mật khẩu tên người dùng quên ghi nhớ xác minh nhận rằng là phải máy con rô bốt robot mã mật hình ảnh thực
    ô bên dưới trên để tiếp tục trình duyệt của chúng tôi ta chính sách quyền riêng tư chấp đồng ý sử từ chối tùy
    tuỳ chọn cài đặt bật kích hoạt một lát chờ đợi giây lưu lượng bất thường mạng và với cho trong khi vào thành
    công đọc trả phí gói mua báo điện mới nhất độc giả dành hội viên thuê bao thông website web site hệ quản trị cần
    muốn nếu chưa bấm nhấn đây ra hơn đầy đủ toàn bộ miễn phần còn số lượt hết hạn theo nhập kết nối phiên làm việc
    quảng cáo dữ liệu cá nhân hóa đối tác thiết giới hạn vip premium member thu thập phân tích trải nghiệm mục đích
    bên thứ ba
"""
_ENGLISH = """
    a an the this that these those it its is are was were be been being has have had do does did not no nor or and
    to of in on at by for from with as if but you your yours we our us they their i m s t re ve ll don doesn can
    cannot could may might will would should must page pages site website web content story stories article articles
    link links url address found find exist exists existed longer available unavailable moved deleted removed
    renamed changed error errors 404 403 500 410 oops sorry looking look requested request try trying again later
    please check go going back return home homepage front main menu search access accessing denied forbidden
    permission server reference id verify verifying verified human humans robot robots bot bots security check
    checking browser before just moment enable enabled javascript cookies cookie continue continuing complete below
    captcha unusual traffic computer network automated detected systems ray cloudflare performance ddos protection
    accept all privacy value use uses using partners policy settings preferences manage consent data personal
    personalised personalized ads ad advertising device store information reject log login logged in sign signin
    signup up account password forgot username user email e mail remember me my subscribe subscribed subscriber
    subscribers subscription subscriptions already only read reading unlock redirect redirected redirecting
    automatically seconds second wait few minutes time any anytime here click button choose choice choices how what
    when who see show help contact support want need become member members free trial limit reached remaining left
    month month's new latest news today daily online now offer get full unlimited plan plans premium register
    registered registration create start box field form experience analyze improve services service terms needs
    review connection proceed proceeding verification waiting respond response unsuccessful incapsula incident press
    hold confirm identifiers unique process measurement audience vendors third parties purposes legitimate interest
    such
"""
_OTHERS = """
    die der das den dem des ein eine einen und oder ist sind war wurde wurden nicht mehr gefunden seite seiten sie
    ihre ihren unsere wir bitte prüfen adresse zurück zur zum startseite suche suchen fehler leider existiert
    verfügbar datenschutz datenschutzeinstellungen einstellungen zustimmen akzeptieren alle anmelden konto passwort
    abo abonnenten artikel lesen weiterlesen weiter jetzt nur für mit einem im am auf von zu um diesen dieser diese
    kostenlos testen inhalt le la les l un une des du de et ou est sont n existe plus pas introuvable page que vous
    cherchez a été déplacée supprimée retour accueil erreur désolé désolés cette cet ce votre vos notre nos pour
    lire suite abonnés abonnez abonné réservé réservée aux connectez connexion compte mot passe gérer mes accepter
    tout il reste article qui qu à au en sur recherche el los las página no encontrada encontrado que busca buscas
    ya existe ha sido movida eliminada volver inicio error lo sentimos para seguir leyendo suscríbete suscriptores
    solo iniciar sesión cuenta contraseña por y o su il lo gli contenuto riservato agli abbonati pagina trovata non
    accedi страница не найдена найден к сожалению запрашиваемая существует или была удалена на главную вернуться
    доступно только подписчикам доступен доступна доступны полный полная полностью текст текста материал материала
    статья для подписчиков подписке
    чтобы читать дальше оформите подписку войдите вы войти 페이지를 찾을 수 없습니다 요청하신 로그인 구독 계속
    읽기 회원 전용 기사 이 는 전문은 전문을 유료 회원만 회원에게만 구독자만 구독자에게만
    볼 읽을 있습니다 제공됩니다 공개됩니다
"""
# Characters of such notices in scripts without spaces.
_CHARACTERS = (
    "页面頁不存在找到您访问訪問的或已被删除刪請请返回首登录錄验证"
    "驗證码碼有料会員員限定只订阅訂閱后後继续繼續全文ページが見つかりませんログイン続きを読むに"
)

STOCK = frozenset(f"{_VIETNAMESE} {_ENGLISH} {_OTHERS}".split()) | frozenset(_CHARACTERS)


def words_of(text: str) -> list[str]:
    """Return the words of a text, case folded; in scripts without spaces every character is one."""
    return _TOKENS.findall(text.casefold())


def own_words(text: str, site: Collection[str] = ()) -> list[str]:
    """Return the words of a text that are neither stock words nor in `site`, the words of the outlet's name."""
    return [word for word in words_of(text) if word not in STOCK and word not in site]
