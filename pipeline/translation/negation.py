"""Sentences that deny, in the languages of the press: whether a translation lost or added a 'not'."""

import re

#: language → words that deny
_DENIALS: dict[str, str] = {
    "vi": r"(?<!\w)(?:không|chưa|chẳng|chả|đừng|chớ)(?!\w)",
    "en": r"(?<!\w)neither(?!\w)[^.]{1,60}?(?<!\w)nor(?!\w)|(?<!\w)(?:not|no|none|nobody|nothing|never|neither|nor|"
    r"cannot|nowhere|without)(?!\w)|n['’]t(?!\w)",
    "de": r"(?<!\w)(?:nicht|nichts|kein\w{0,2}|nie|niemals|niemand\w{0,2}|nirgends|weder|ohne)(?!\w)",
    "fr": r"(?<!\w)aucune?(?!\w)(?:[^.]{0,60}?(?<!\w)(?:ne(?!\w)|n['’]))?|(?<!\w)(?:ne(?!\w)|n['’])"
    r"(?:[^.]{0,40}?(?<!\w)(?:aucune?|ni)(?!\w))?|(?<!\w)(?:ni|sans)(?!\w)",
    "es": r"(?<!\w)no(?!\w)(?:[^.]{0,40}?(?<!\w)(?:nunca|nadie|nada|ningun[oa]|ningún|ni)(?!\w))?|"
    r"(?<!\w)(?:nunca|jamás|nadie|nada|ningun[oa]?|ningún|tampoco|ni|sin)(?!\w)",
    "ru": r"(?<!\w)(?:никто|никого|ничего|ничто|никогда|никак\w+|ни)(?!\w)(?:[^.]{0,40}?(?<!\w)не(?!\w))?|"
    r"(?<!\w)не(?!\w)(?:[^.]{0,30}?(?<!\w)(?:никого|ничего|никогда|ни)(?!\w))?|(?<!\w)(?:нет|нельзя|без)(?!\w)",
    "zh": r"禁止|不(?!仅|僅|但|断|斷|过|過|同|久|少|管|论|論|只|单|單|锈|銹|动产|動產|断|丹|一样|愧|妨|禁)|没有|没|"
    r"沒有|"
    r"沒|未(?!来|來)|无(?!锡|论|疑|人机|人駕|人驾)|"
    r"無(?!論|疑|人機|人駕)|非(?=法外)",
    "ja": r"(?:禁止|ない|なかった|なく|なかっ|ません|ず(?=に|、|。)|ぬ(?=。)|未だ|未(?=定|明|完|着|確)|なし(?=。|$|"
    r"\s))",
    "ko": r"금지|않|없|아니|못(?=하|했|한|할|해|\s)|(?<!\w)안\s|지\s?말",
    "th": r"ห้าม|ไม่|มิได้|ยังไม่|ไร้",
    "lo": r"ບໍ່",
}
#: language → expressions that hold such a word and deny nothing, or twice
_NO_DENIALS: dict[str, str] = {
    "vi": r"không (?:khí|gian|quân|trung|lưu|phận|chỉ|những|ngừng|đồng|tặc|kích)|hàng không|chân không|hay không|"
    r"tay không|không thể không|không phải không|không kém|(?<!\w)có .{2,60} không\?|số không|chưa từng có|không ít",
    "en": r"not only|no less than|no longer than|no more than|not least|no sooner|no\. \d|whether or not|nothing but|"
    r"not just|no doubt",
    "de": r"nicht nur|nicht zuletzt|nicht weniger als|nichts als|ohne weiteres|ohnehin",
    "fr": r"ne [^.]{1,40}? que(?!\w)|n['’][^.]{1,40}? que(?!\w)|non seulement|sans doute|n['’]importe|ni plus ni "
    r"moins",
    "es": r"no solo|no sólo|sin duda|sin embargo|nada menos|ni más ni menos",
    "ru": r"не только|не менее|не более|не раз|тем не менее|не позднее|никак нельзя не",
    "zh": r"不得不|不可不|不能不|无不|無不|不只|差不多|对不起|了不起|不远|要不|巴不得|不锈钢|不动产|不一而足",
    "ja": r"な(?:ければ|くては)(?:なら|いけ)(?:ない|なかった|ず|ぬ|ません)?|ないといけ|なきゃ|かもしれな|"
    r"に過ぎない|にすぎない|"
    r"だけで(?:は)?なく|のみならず|ばかりで(?:は)?なく|"
    r"少なくな|少なくとも|限らない|間違いな|まちがいな|しかな|ほかな|ざるを得ない|少ない|少なかった|危ない|つなが|"
    r"つなぐ|とんでもない|なくす",
    "ko": r"지\s?않을\s?수\s?없|뿐만?\s?아니라|아닐\s?수\s?없|없지\s?않|틀림없|끊임없|수밖에\s?없|못지\s?않|안전|"
    r"안내|안정|안보|동안\s|얼마\s?안",
    "th": r"ไม่เพียง|ไม่ใช่แค่|ไม่น้อย|ไม่กี่|ไม่นาน|ไม่ว่า",
    "lo": r"ບໍ່ພຽງ|ບໍ່ວ່າ",
}
#: language → words that deny without a 'not', for which another language may write one
_SOFT: dict[str, str] = {
    "vi": r"(?<!\w)(?:phủ nhận|bác bỏ|từ chối|thiếu|miễn|cấm|ngừng hoạt động|khó|hiếm|hết|mất|trừ|ngoại trừ|tránh|"
    r"thoát|"
    r"vô \w+|phi \w+|bất \w+|chậm nhất|sớm nhất|thay vì|dở dang|trống|vắng|bỏ (?:ngỏ|lỡ|qua)|hoãn|mãi)(?!\w)",
    "en": r"(?<!\w)(?:un(?!de|it|iv|io|ti|cl|iq|if|an)\w{3,}|non-?\w+|in(?:complete|visible|able|ability|correct|"
    r"sufficient|valid)\w*|"
    r"im(?:possible|mune)\w*|dis(?:agree|allow|appear|approv|claim|continu|miss|prov|regard)\w*|\w+less|lack\w*|"
    r"fail\w*|"
    r"refus\w*|den(?:y|ies|ied)|reject\w*|ban(?:s|ned)?|forbid\w*|stop\w*|halt\w*|free|avoid\w*|only|few|hardly|"
    r"barely|"
    r"rarely|unless|until|before|instead|except|too|miss(?:ed|ing)|lost|idle|empty|still|yet|rather than|against|"
    r"prevent\w*|spare\w*|absent|absence|zero|suspend\w*|shelv\w*|out of|ignore|safe)(?!\w)",
    "de": r"(?<!\w)(?:un(?!ter|ser|d(?!\w)|i)\w{3,}|\w+los\w{0,2}|\w+frei\w{0,2}|fehl\w*|verweiger\w*|"
    r"ab(?:ge)?lehn\w*|lehn\w*|"
    r"verb(?:ot|iet)\w*|kaum|selten|nur|erst|bevor|statt|außer|noch|mangel\w*|stopp\w*|eingestellt|verlor\w*|leer\w*|"
    r"vermeid\w*|verhinder\w*|misslang|dementier\w*|bestreit\w*)(?!\w)",
    "fr": r"(?<!\w)(?:in(?:exist|complet|suffis|capab|habit|visib|util|demn|terdi|achev|connu)\w*|impossib\w*|non|"
    r"refus\w*|rejet\w*|"
    r"interdi\w*|manqu\w*|absen\w*|seul\w*|rare\w*|avant|sauf|arrêt\w*|cess\w*|gratuit\w*|évit\w*|échou\w*|"
    r"dément\w*|nie\w*|"
    r"perd\w*|vide|toujours|encore|pas|jamais|rien|personne|peu)(?!\w)",
    "es": r"(?<!\w)(?:in(?:exist|complet|suficien|capa|habit|visib|cumpl|demn|acab)\w*|ileso\w*|imposib\w*|"
    r"des(?:aprob|apare|cart|mint|ment|ocup|habit|conoc|ist)\w*|rechaz\w*|neg(?:ar|ó|aron|ado)\w*|prohib\w*|"
    r"falt\w*|ausen\w*|solo|"
    r"sólo|rar\w*|antes|salvo|excepto|suspen\w*|gratuit\w*|gratis|evit\w*|fracas\w*|perd\w*|vací\w*|todavía|aún|"
    r"poco)(?!\w)",
    "ru": r"(?<!\w)(?:не(?!дел|дав|фт|ско|сти|бо|нец|пал)\w{3,}|бес\w{3,}|без\w{3,}|отказ\w*|отверг\w*|отриц\w*|"
    r"опроверг\w*|запре\w*|"
    r"прекра\w*|останов\w*|только|лишь|едва|редко|пока|кроме|лиш\w*|потер\w*|пуст\w*|избе\w*|ещё|раньше|против)(?!\w)",
    "zh": r"禁|拒|否认|否認|缺|免|停|难|難|只|仅|僅|除|避|尚|勿|莫|反对|反對|暂|暫|中断|取消|无|無|不|未|非|零伤|少于",
    "ja": r"禁|拒|否定|欠|免|停止|中止|難|のみ|だけ|除|避|無|不|未|まだ|前に|反対|控え|やめ|ゼロ|なし|ぬ",
    "ko": r"금지|거부|거절|부인|부족|면제|중단|중지|어렵|힘들|뿐|제외|피하|잃|무료|무산|무관|무죄|불가|불참|불법|"
    r"비공개|미정|미완|미달|미흡|미확인|아직|전에|"
    r"반대|취소|그치",
    "th": r"ห้าม|ปฏิเสธ|ขาด|งด|หยุด|ยาก|เพียง|ยกเว้น|หลีก|ฟรี|ก่อน|ยัง|เลิก|ไร้|ปลอด|พ้น",
    "lo": r"ຫ້າມ|ປະຕິເສດ|ຂາດ|ງົດ|ຢຸດ|ຍາກ|ພຽງ|ຍົກເວັ້ນ|ກ່ອນ|ຍັງ",
}
_FLAGS = re.IGNORECASE
_SENTENCE_END = re.compile(r"[。！？\n]+|(?<!\d)[.!?…]+(?=\s|$)|(?<=\d\d)[.!?…]+(?=\s|$)")
_PATTERNS = {
    language: tuple(
        re.compile(table[language], _FLAGS) for table in (_DENIALS, _NO_DENIALS, _SOFT)
    )
    for language in _DENIALS
}  # fmt: skip


def count_denials(text: str, language: str) -> tuple[int, int] | None:
    """Return how many words of a text deny, and how many can be taken to; None for a language that is not known."""
    patterns = _PATTERNS.get(language.split("-")[0])
    if patterns is None:
        return None
    denial, no_denial, soft = patterns
    rest = no_denial.sub(" ", text)
    strong = len(denial.findall(rest))
    return strong, strong + len(soft.findall(denial.sub(" ", text))) + len(no_denial.findall(text))


def changed_denial(original: str, translated: str, language: str) -> str:
    """Return 'negation_lost', 'negation_added' or ''; '' too for a language whose denials are not known.

    Texts of as many sentences are compared sentence by sentence too, so that the 'not' of one does not stand for that
    of another.
    """
    source, target = count_denials(original, language), count_denials(translated, "vi")
    if source is None or target is None:
        return ""
    if source[0] > target[1] or _lost_in_a_sentence(original, translated, language):
        return "negation_lost"
    return "negation_added" if target[0] > source[1] else ""


def _lost_in_a_sentence(original: str, translated: str, language: str) -> bool:
    mine, theirs = _sentences(original), _sentences(translated)
    if len(mine) != len(theirs) or len(mine) < 2:
        return False
    counts = [(count_denials(a, language), count_denials(b, "vi")) for a, b in zip(mine, theirs, strict=True)]
    return any(source and target and source[0] > 0 and target[1] == 0 for source, target in counts)


def _sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text) if re.search(r"\w", part)]
