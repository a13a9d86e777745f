"""Vietnamese: the words by which bad news is denied, undone, supposed or rehearsed."""

from pipeline.tagging.denials.cues import WORD_START, words

_NOT = words("không|chưa|chẳng|chả|không hề|chưa hề|chẳng hề|chưa từng|không bao giờ")
_LIGHT = words(
    "có|còn|hề|bị|phải|phải chịu|để|gây|gây ra|làm|khiến|xảy ra|xẩy ra|xuất hiện|phát sinh|ghi nhận|phát hiện"
    "|thấy|tìm thấy"
    "|nhận được|nhận|báo cáo|dẫn đến|dẫn tới|kéo theo|mắc|gặp|rơi vào|là|một|1|ai|người|người nào|ca|vụ"
    "|trường hợp|nạn nhân"
    "|nào|gì|bất kỳ|bất cứ|thêm|mới|hiện tượng|tình trạng|dấu hiệu|biểu hiện|nguy cơ|đám|trận|cơn|điểm|ổ|hành vi"
    "|thông tin|tin|về|chuyện|việc|cảnh|nạn|lo|nơm nớp|lo lắng|lo sợ|nỗi lo|bởi|do|lớn|nhỏ|đáng kể|nghiêm trọng"
    "|tái diễn|lặp lại|tồn tại"
    "|tiếp tục|mẫu"
    "|sự|mức|các|thiệt hại|người dân|bà con|hộ|hộ dân|nhà|ngôi nhà|căn nhà|tàu|tàu cá|thuyền|ghe|học sinh"
    "|công nhân"
    "|du khách|khách|ngư dân|thuyền viên|bệnh nhân|trẻ|trẻ em|công trình|khu vực|địa phương|xã|thôn|lao động|cán bộ"
    "|chịu|ảnh hưởng|chịu ảnh hưởng|ảnh hưởng của|tác động|tác động của|phạm|phạm tội|doanh nghiệp|hồ|đập"
    "|tuyến đường|đoạn|nơi|chỗ|khu dân cư|con|gia súc|vật nuôi|được|tới|đến|trong|dịch"
)
# What turns 'không có X nào' into something else: a remedy that is missing, a cause, a contrast.
_BREAK = words(
    "mà|nhưng|song|khiến|làm|gây|dẫn|do|vì|bởi|nên|để|khi|nếu|cứu|cứu được|dập|dập tắt|khắc phục|khống chế"
    "|kiểm soát|xử lý"
    "|trả|bồi thường|ngăn|tránh|phòng|chống|chữa|giải quyết|chỉ|những|rõ|xác định|kịp|thể|đủ|ngừng|ít|loại trừ"
    "|không|chưa"
)
_OTHER = rf"(?: (?!{_BREAK})[^ ,.;:()]+)"
# What people lack when they come to harm: 'không có áo phao', 'không có nước'.
_MISSING = words(
    "nước|tiền|điện|thuốc|phép|giấy|bằng|áo|mũ|phao|bảo hiểm|oxy|bác sĩ|cơm|gạo|đường|cầu|hợp đồng|vốn|đất"
    "|mưa|đèn|biển báo"
)
_NONE_OF = rf"{_NOT} {words('có|còn|ghi nhận|phát hiện|xảy ra|để xảy ra|xuất hiện|thấy|tìm thấy')}"
_NOT_DONE = words(
    "không|chưa|chẳng|khó|không thể|chưa thể|khó có thể|không kịp|chậm|bất lực|mãi|thất bại|thay vì|đâu|khó lòng"
)
_ONTO = (
    r"(?: "
    + words(
        "đám|vụ|ổ|dịch|nạn|tình trạng|cảnh|nguy cơ|hiện tượng|các|những|mọi|được|hoàn toàn|bớt|số|số vụ|điểm"
        "|hậu quả|sự|kịp thời"
        "|lệnh|thành công|xong|dứt điểm|triệt để|toàn bộ|cơ bản|hẳn|một|cú|trận|cơn|về|bị|phải|khỏi|khó khăn và"
        "|lo|lo lắng|lo sợ|nỗi lo|số người"
        "|số ca|điểm nóng|cảnh báo|tệ nạn|án phạt|lệnh cấm|thủ phạm|sạch|cái|việc|bỏ|ra khỏi"
    )
    + r"){0,4} $"
)
# Words between a trouble and what became of it.
_CALM = rf"(?: (?!{words('làm|khiến|gây|chưa|không|vẫn|đang|khó|chậm|nếu|giá')})[^ ,.;:]+)"
# The place between a trouble and what is said of it; its parts stand between commas.
_SITE = (
    rf"(?: (?:ở|tại|trên|của|trong)(?: (?!{words('làm|khiến|gây|chưa|không|vẫn|đang|khó|chậm|nếu|nhưng|giá')})"
    r"[^ .;:]+){1,9}?,?)?"
)
# The same behind the rest of a trouble's name: 'dịch tả' of 'dịch tả lợn châu Phi ở Ninh Thuận'.
_NAMED_SITE = rf"(?:{_CALM}{{1,3}}?(?= (?:ở|tại|trên) ))?{_SITE}"
_RUMOUR = (
    r"(?:(?:mọi|các|những|toàn bộ) )?(?:tin(?: đồn| nhảm| giả| tức)?|thông tin|đồn đoán|lời đồn|việc có|chuyện"
    r"|có|xảy ra|là có)"
)
_DRILL_VI = (
    words("diễn tập|giả định|tập dượt|thao diễn|mô phỏng|theo kịch bản|thực tập phương án")
    # 'Diễn tập xong, hôm sau cháy thật': what follows is real.
    + r"(?! (?:vừa )?(?:xong|kết thúc)(?!\w))|"
    + words("thực tập|huấn luyện|bài tập|tập huấn|hội thao|luyện tập|hội thi")
    + r"(?=(?: [^ ,.;:]+){0,4} "
    + words("chữa cháy|cứu hộ|cứu nạn|cứu người|ứng phó|ứng cứu|xử lý|sơ cứu|phòng cháy")
    + ")"
)
VIETNAMESE = {
    "absent_before": rf"{_NOT}(?: {_LIGHT}){{0,8}} $"
    rf"|{_NOT}{_OTHER}{{1,5}} nào(?: {_LIGHT}){{0,4}} $"
    rf"|{_NONE_OF}(?: (?!{_BREAK}|{_MISSING})[^ ,.;:()]+){{1,2}}(?: bị| phải| (?:hay|hoặc|và|lẫn)(?: {_LIGHT})*)? $"
    rf"|{words('zero|vắng bóng|sạch bóng|nói không với|không còn nỗi lo')} $",
    "double": r"(?<![^\W_])(?:phải|buộc|đành) [^,]*(?:để|nhằm|sao cho) $|"
    rf"{_NOT}(?: (?:phải|thể|có|ai|là|nào|nơi|nhà|hộ|xã|chỗ|tàu|gì)(?!\w)){{0,4}} $",
    "absent_after": rf"{_SITE}(?: (?:về|của)(?: [^ ,.;]+){{1,3}})? (?:là |gần như |hầu như |đã )?"
    r"(?:không (?:có|còn|xảy ra|tái diễn|đáng kể|xuất hiện)|chưa (?:có|xảy ra|ghi nhận)|không hề (?:có|xảy ra))"
    r"(?= *(?:$|[,)\"])| (?:ở|tại|trong|như|và|nữa|sau|trên)(?!\w))"
    r"| (?:được tuyên |được tòa tuyên |đều )?(?:không phạm tội|vô tội)(?!\w)",
    "refuted_before": words("bác|bác bỏ|phủ nhận|đính chính|cải chính|phản bác") + rf" {_RUMOUR}(?!\w)[^,]*$|"
    + words(
        "tin giả|tin sai|tin sai sự thật|tin thất thiệt|tin đồn thất thiệt|tung tin|tung tin đồn|tin bịa đặt"
        "|thông tin sai|thông tin sai sự thật|thông tin thất thiệt|thông tin giả|không có chuyện|không có việc"
        "|làm gì có"
        "|bịa chuyện|đồn thổi|không có cơ sở nói"
    ) + r"[^,]*$",
    "refuted_after": r"[^,]{0,60}? (?:chỉ )?là (?:hoàn toàn )?(?:tin (?:đồn|giả|sai|bịa|thất thiệt)"
    r"|thông tin (?:giả|sai|bịa|"
    r"thất thiệt|không )|sai sự thật|không (?:đúng|chính xác|có thật|có cơ sở)|bịa đặt|thất thiệt)",
    "refuting": words("bác|bác bỏ|phủ nhận|đính chính|cải chính|phản bác") + rf" {_RUMOUR}(?!\w)"
    r"|(?:sai sự thật|tin giả|thất thiệt|bịa đặt|tin đồn)(?!\w)",
    "hearsay": words("tin đồn|đồn|lan truyền|mạng xã hội|facebook|zalo|tiktok|tung tin|thông tin|cho rằng"
    "|đăng tải") + ".*$",
    "averted_before": r"(?<!hầu )(?<!trước )(?<!hơn )(?<!cắt )"
    + words(
        "gỡ|gỡ bỏ|gỡ được|tháo gỡ|bãi bỏ|dỡ bỏ|bỏ lệnh|hủy lệnh|rút lệnh|dừng lệnh|bớt|minh|giải|xóa|xóa bỏ"
        "|chấm dứt|đẩy lùi|thoát|thoát khỏi|vượt qua|hết|hết cảnh|hết thời"
        "|qua thời|hết nạn"
        "|tránh|tránh được"
        "|tránh khỏi|giảm|kéo giảm|giảm thiểu|giảm mạnh|ngăn được|ngăn chặn|ngăn ngừa|phòng ngừa|phòng|chống"
        "|phòng chống|phòng tránh"
        "|phòng, chống|đề phòng|hạn chế|giảm nhẹ|ứng phó|ứng phó với|đối phó với|trả hết|trả xong|trả dứt"
        "|bảo vệ khỏi|chữa|thiết bị báo"
        "|hệ thống báo|chuông báo"
    ) + _ONTO
    # 'giảm cả ba tiêu chí: số vụ, số người chết'; 'ra khỏi danh sách nợ đọng'
    + r"|(?<![^\W_])giảm (?:cả |đều |mạnh |sâu )*(?:\w+ )?(?:tiêu chí|mặt|chỉ tiêu)(?!\w)[^.;]{0,60}$"
    r"|(?<![^\W_])(?:ra|rút|thoát|tên) khỏi danh sách(?! (?:được|nhận|hưởng|hỗ trợ))[^,.;]{0,50}$",
    "undone_before": words(
        "dập tắt|khống chế được|khống chế thành công|khống chế hoàn toàn|khống chế kịp thời|đã khống chế"
        "|kiểm soát được|kiểm soát tốt|kiểm soát hoàn toàn|khắc phục xong"
        "|khắc phục hoàn toàn"
        "|khắc phục dứt điểm|đã khắc phục|đã khắc phục xong|xử lý xong|xử lý dứt điểm|xử lý triệt để|giải quyết xong"
        "|giải quyết dứt điểm|sửa xong|sửa chữa xong|dọn xong|dọn sạch|vá xong"
    ) + _ONTO,
    "rate_before": words("số vụ|số ca|số trường hợp|các vụ|tỷ lệ|tỉ lệ|tình hình|tội phạm") + r"(?: [^ .;:]+){0,8} $",
    "fell_after": r"(?:,? (?!(?:tăng|không|chưa|làm|khiến|gây|nhưng|song|dù) )[^ .;:]+){0,12}? (?:đều |cùng "
    r"|đã |tiếp tục )*"
    r"(?:kéo )?giảm(?= *(?:$|[,)])| (?:mạnh|dần|sâu|so|cả|rõ|đáng|hơn|gần|còn|liên|\d))",
    "averted_after": rf"{_NAMED_SITE}{_CALM}{{0,4}}? (?:đã |tiếp tục |được |đều |cùng )*(?:kéo )?giảm"
    r"(?= *(?:$|[,)])| (?:mạnh|dần|sâu|so|cả|rõ|đáng|hơn|gần|một|còn|liên|trên|từ|về|\d))"
    r"|(?: (?!(?:và|còn|nhưng|song|khiến|làm|chưa|không|vẫn) )[^ ,.;:]+){0,10}? (?:được |đã |đều |đưa )*"
    r"(?:tìm thấy|tìm được|cứu|về nhà|trở về|vào bờ|về bờ|lên bờ) an toàn(?!\w)"
    r"|[^;:]{0,60}? (?:đều|cùng|tiếp tục) (?:kéo )?giảm(?!\w)",
    "undone_after": rf"{_NAMED_SITE}{_CALM}{{0,4}}? (?:{words('đã|vừa|cơ bản|đều|nhanh chóng|hoàn toàn|kịp thời')} )*"
    rf"(?:được (?:[^ ,.;]+ ){{0,6}}?{words('dập tắt|khống chế|kiểm soát')}"
    rf"|được (?:{words('cơ bản|nhanh chóng|hoàn toàn|kịp thời|sớm')} )*"
    rf"{words('khắc phục|tháo gỡ|gỡ|gỡ bỏ|xóa|xóa bỏ|đẩy lùi|giải quyết|ngăn chặn|sửa chữa')}"
    r"|(?:đã|cơ bản|vừa) (?:chấm dứt|qua|rút|kết thúc|tắt|lắng|hết)(?!\w))",
    "not_done": _NOT_DONE + r"(?: [^ ,.;]+){0,2} $",
    "failed_after": r"[^.;]{0,25}? (?:bất thành|không thành|thất bại|vô vọng)(?!\w)",
    "effort": words(
        "nỗ lực|đang|phun nước|xịt nước|cố gắng|tìm cách|tập trung|khẩn trương|huy động|tham gia|phối hợp"
        "|nhằm|kêu gọi|đề nghị|chờ"
        "|cần|sớm|vật lộn|căng mình"
        "|gồng mình|tìm|hỗ trợ"
    ) + r"(?: [^ ,.;]+){0,4} $",
    # 'phải giảm công suất để không quá tải' tells of a danger, 'tuần tra để không xảy ra cháy' of a precaution.
    "supposed_before": r"^(?!.*(?<![^\W_])(?:phải|buộc|đành) ).*(?<![^\W_])(?:để|nhằm|sao cho"
    r"|nhằm để) không(?: (?:bị|còn|phải|gây|xảy ra"
    r"|để))*(?: xảy ra)? $|"
    r"(?<![^\W_])nếu(?! không| chưa)(?:(?! (?:thì|sẽ|có thể|nguy cơ)(?!\w))[^,])*$|"
    + words("giả sử|trong trường hợp|phòng khi|đề phòng khi|lỡ khi"
    "|ứng phó khi") + r"[^,]*$|" + words("trước đây|trước kia|ngày trước|xưa kia") + r".*$|"
    r"(?<!chưa )" + WORD_START + r"(?:đã )?từng (?:(?:bị|là|có|xảy ra|phải|gây|chịu|trải qua|mất|rơi vào"
    r"|đối mặt|chứng kiến|sống)(?!\w)[^,]*)?|một thời[^,]*)$",
    "drill": _DRILL_VI,
    "drill_setting": words("trong|sau|trước|khi|đang|lúc|tại|ngay|dù|mặc dù|dẫu|tuy|bất chấp")
    + rf"(?: [^ ,]+){{0,3}} (?:{_DRILL_VI})$",
    "drill_after": r"(?: (?!(?:trong|lúc|khi|sau|tại|đang"
    r"|trước) )[^ ,.;]+){0,3} \(?" + words("giả định|mô phỏng|diễn tập"),
    "real": words("thực tế|thật|trước đó|năm ngoái|năm trước|thời gian qua|vừa qua|những năm qua|tháng trước"),
    "joined": rf"(?: (?:về|do|ở|tại|của|cho|trên)(?: (?!(?:làm|khiến|gây) )[^ ,.;:]+){{1,4}}?| {_LIGHT}| lan"
    rf"| đói| khát| rét)?"
    rf"(?:, (?!\d)[^ ,.;:]+(?: [^ ,.;:]+)?(?= *,| và | hay | hoặc ))*(?: *[,/] *| *,? (?:và|hay|hoặc|lẫn"
    rf"|cũng như|hoặc là) "
    rf"| )(?:{words('người|ca|vụ|trường hợp|bị|không|tình trạng|hiện tượng|về|do|vì|nạn|hành vi|cơn')} ){{0,3}}",
    "caused": r"(?: [^ ,.;:]+){0,2} (?:gây|gây ra|làm|khiến|dẫn đến|dẫn tới)(?: (?:ra|cho|nhiều|người|thiệt|\d+"
    r"|hai|ba|hàng|nhà|nhiều người)){0,3} ",
    "irreversible": words(
        "chết|tử vong|thiệt mạng|mất tích|bị thương|thương vong|giết|án mạng|đuối nước|điện giật|bị can|bị cáo"
        "|nghi phạm"
        "|chết hàng loạt|tự tử|treo cổ|khởi tố|bắt giữ|bắt tạm giam|thiệt hại"
    ),
    "sanctioned": r"(?<![^\W_])(?:bị|phải) $",
    "conditional": r"(?<![^\W_])(?:nếu|khi có|trong trường hợp)(?![^\W_]).*$",
    "remedy": words(
        "sơ tán|cấp cứu|nhập viện|khởi tố|bắt giữ|bắt tạm giam|xử phạt|phạt|kỷ luật|thu hồi|tiêu hủy|truy tìm"
        "|đình chỉ|cứu đói"
        "|báo động|xả lũ|dời đồ|chạy lũ|thắng kiện|cách chức"
    ),
    "degree": words("lớn nhất|cao nhất|kỷ lục"),
    "hazard": words("bão|lũ|lũ lụt|mưa lũ|sơ tán|dời đồ|chạy lũ|xả lũ|báo động"),
    "counted": r"(?:\d+|" + words("một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|nhiều|hàng") + r") "
    r"(?:người|ca|vụ|nạn nhân|công nhân|em|học sinh|hộ|nhà|căn|tàu|thuyền)(?!\w)[^,]{0,30}$",
}  # fmt: skip
