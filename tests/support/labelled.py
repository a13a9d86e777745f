"""Labelled records that are quickly learnt."""


def labelled() -> list[dict[str, object]]:
    """Sixty small records whose labels follow from their words."""
    energy = ("Điện gió Ninh Thuận phát điện", "Nhà máy điện gió ở Ninh Thuận hòa lưới, tổng công suất 80 MW.")
    tourism = ("Du khách đến Ninh Chữ tăng", "Lượng du khách lưu trú tại Ninh Chữ, Ninh Thuận tăng mạnh dịp lễ.")
    crime = ("Tai nạn ở Phan Rang, một người tử vong", "Vụ tai nạn giao thông tại Phan Rang làm một người tử vong.")
    aside = (
        "Quốc hội thảo luận ngân sách",
        "Đại biểu Trần Văn A (Ninh Thuận) phát biểu tại phiên thảo luận ngân sách.",
    )
    kinds = [
        (energy, "main", ["energy"], "positive"),
        (tourism, "main", ["tourism"], "positive"),
        (crime, "main", ["security_incidents"], "negative"),
        (aside, "mention", ["politics_admin"], "neutral"),
    ]
    return [
        {"id": f"{k}-{n}", "title": title, "text": f"{text} Tin số {n}.", "about_ninh_thuan": grade, "topics": topics,
         "tone": tone, "language": "vi"}
        for n in range(15)
        for k, ((title, text), grade, topics, tone) in enumerate(kinds)
    ]  # fmt: skip
