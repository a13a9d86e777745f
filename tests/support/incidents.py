"""Short invented reports of incidents, in pairs: two incidents of one kind on one day, or one incident told twice."""

Report = tuple[str, str]
Pair = tuple[Report, Report]

#: Name → two reports of different incidents. Every second pair was held back while weights were chosen.
DIFFERENT: dict[str, Pair] = {
    "house fires in two communes": (
        ("Cháy nhà dân ở Đô Vinh, Ninh Thuận", "Trưa 21/11, một căn nhà cấp bốn ở phường Đô Vinh bốc cháy. Lửa bùng lên từ bếp, thiêu rụi nhiều tài sản, không có thiệt hại về người."),
        ("Cháy nhà dân ở Cà Ná, Ninh Thuận", "Trưa 21/11, một căn nhà cấp bốn ở xã Cà Ná bốc cháy. Lửa bùng lên từ phòng khách, thiêu rụi nhiều tài sản, không có thiệt hại về người."),
    ),
    "drownings in a lake and at a beach": (
        ("Nam sinh lớp 9 đuối nước ở hồ Sông Trâu", "Chiều 21/11, em Nguyễn Hoàng Phúc (14 tuổi) cùng nhóm bạn tắm ở hồ Sông Trâu, xã Công Hải thì bị đuối nước, tử vong."),
        ("Nam sinh lớp 7 đuối nước ở bãi biển Bình Sơn", "Chiều 21/11, em Lê Quốc Đạt (12 tuổi) cùng nhóm bạn tắm biển ở bãi biển Bình Sơn, phường Đông Hải thì bị đuối nước, tử vong."),
    ),
    "arrests of two thieves": (
        ("Bắt nghi phạm trộm xe máy ở Ninh Thuận", "Ngày 21/11, Công an bắt Trần Văn Lực (27 tuổi) để điều tra hành vi trộm cắp tài sản. Lực lấy xe máy của một người dân ở phường Bảo An."),
        ("Bắt nghi phạm trộm xe máy ở Ninh Thuận", "Ngày 21/11, Công an bắt Phạm Minh Hiếu (35 tuổi) để điều tra hành vi trộm cắp tài sản. Hiếu lấy xe máy của một công nhân ở xã Phước Dinh."),
    ),
    "crashes on one road, kilometres apart": (
        ("Xe khách tông xe tải trên quốc lộ 1 qua Ninh Thuận, 2 người chết", "Khoảng 3 giờ 20 ngày 21/11, tại km 1566 quốc lộ 1, xe khách tông vào đuôi xe tải làm 2 người chết, 5 người bị thương."),
        ("Xe khách tông xe đầu kéo trên quốc lộ 1 qua Ninh Thuận, 1 người chết", "Khoảng 21 giờ 40 ngày 21/11, tại km 1598 quốc lộ 1, xe khách tông vào đuôi xe đầu kéo làm 1 người chết, 9 người bị thương."),
    ),
    "house fires, English": (
        ("House fire in Ninh Thuan destroys home", "A fire destroyed a house in Do Vinh ward, Ninh Thuan, on Nov. 21. Firefighters took an hour to put out the fire. No one was hurt."),
        ("House fire in Ninh Thuan destroys home", "A fire destroyed a house in Ca Na commune, Ninh Thuan, on Nov. 21. Firefighters took two hours to put out the fire. No one was hurt."),
    ),
    "forest fires of different size": (
        ("Cháy rừng ở Ninh Thuận, 4 ha thiệt hại", "Ngày 21/11, cháy rừng xảy ra ở tiểu khu 102, xã Phước Bình, thiêu rụi khoảng 4 ha rừng trồng. Hơn 60 người được huy động dập lửa."),
        ("Cháy rừng ở Ninh Thuận, 35 ha thiệt hại", "Ngày 21/11, cháy rừng xảy ra ở tiểu khu 171, xã Phước Hà, thiêu rụi khoảng 35 ha rừng trồng. Hơn 200 người được huy động dập lửa."),
    ),
    "drug arrests": (
        ("Ninh Thuận: Bắt đối tượng tàng trữ ma túy", "Tối 20/11, Công an phường Phan Rang bắt quả tang Võ Thanh Tâm (31 tuổi) tàng trữ 12 gam ma túy đá trong phòng trọ."),
        ("Ninh Thuận: Bắt đối tượng vận chuyển ma túy", "Tối 20/11, Công an xã Ninh Sơn bắt quả tang Hồ Sỹ Long (44 tuổi) vận chuyển 2 kg ma túy đá trên xe khách."),
    ),
    "fishing boats in distress": (
        ("Tàu cá Ninh Thuận chìm, 6 ngư dân được cứu", "Rạng sáng 21/11, tàu cá NT-90115 do ông Đặng Văn Sáu (52 tuổi) làm thuyền trưởng bị sóng đánh chìm gần mũi Dinh, 6 ngư dân được cứu."),
        ("Tàu cá Ninh Thuận chìm, 11 ngư dân được cứu", "Rạng sáng 21/11, tàu cá NT-91238 do ông Ngô Tấn Phong (39 tuổi) làm thuyền trưởng bị sóng đánh chìm gần hòn Cau, 11 ngư dân được cứu."),
    ),
    "drownings of two and of one, other districts": (
        ("Hai anh em đuối nước ở Ninh Thuận", "Hai anh em ruột 8 và 10 tuổi ở huyện Bác Ái chết đuối dưới ao tưới nước sáng 21/11."),
        ("Bé gái đuối nước ở Ninh Thuận", "Bé gái 4 tuổi ở huyện Ninh Phước chết đuối dưới kênh thủy lợi chiều 21/11."),
    ),
    "market fire and workshop fire": (
        ("Cháy lớn ở Phan Rang trong đêm", "Khoảng 23h ngày 20/11, cháy lớn xảy ra tại chợ Tân Tài, phường Kinh Dinh, lan ra 12 ki ốt. Cảnh sát điều 6 xe chữa cháy."),
        ("Cháy lớn ở Ninh Thuận trong đêm", "Khoảng 2h ngày 21/11, cháy lớn xảy ra tại xưởng gỗ ở thôn Hạnh Trí, xã Quảng Sơn, lan ra 500 m2. Cảnh sát điều 4 xe chữa cháy."),
    ),
    "motorbike crashes in two villages": (
        ("Tai nạn xe máy ở Ninh Thuận, một thanh niên tử vong", "Tối 21/11, xe máy do anh N.V.T. (19 tuổi) lái tông cột điện ở thôn Văn Lâm, xã Phước Nam, nạn nhân tử vong tại chỗ."),
        ("Tai nạn xe máy ở Ninh Thuận, một thanh niên tử vong", "Tối 21/11, xe máy do anh K.B.H. (24 tuổi) lái tông cột điện ở thôn Lạc Nghiệp, xã Cà Ná, nạn nhân tử vong tại chỗ."),
    ),
    "crashes, English": (
        ("Two killed in Ninh Thuan bus crash", "A coach hit a truck at 4:10 a.m. on Nov. 21 in Thuan Bac district, Ninh Thuan, killing two people and injuring seven, police said."),
        ("Five hurt in Ninh Thuan bus crash", "A coach hit a truck at 8:30 p.m. on Nov. 21 in Ninh Phuoc district, Ninh Thuan, injuring five people, police said."),
    ),
    "same template, only place and figures differ": (
        ("Hỗ trợ gia đình có nhà bị lốc xoáy làm tốc mái", "Chiều 21/11, lốc xoáy làm tốc mái 14 căn nhà ở xã Phước Hữu. Chính quyền địa phương hỗ trợ mỗi gia đình 2 triệu đồng, huy động dân quân giúp dân sửa nhà."),
        ("Hỗ trợ gia đình có nhà bị lốc xoáy làm tốc mái", "Chiều 21/11, lốc xoáy làm tốc mái 41 căn nhà ở xã Lâm Sơn. Chính quyền địa phương hỗ trợ mỗi gia đình 2 triệu đồng, huy động dân quân giúp dân sửa nhà."),
    ),
    "food poisonings in two schools": (
        ("Học sinh Ninh Thuận nhập viện nghi ngộ độc", "Trưa 20/11, 23 học sinh Trường Tiểu học Mỹ Hương nhập viện nghi ngộ độc sau khi uống trà sữa trước cổng trường."),
        ("Học sinh Ninh Thuận nhập viện nghi ngộ độc", "Trưa 20/11, 8 học sinh Trường THCS Lý Tự Trọng nhập viện nghi ngộ độc sau khi ăn bánh mì trước cổng trường."),
    ),
    "bodies on two beaches": (
        ("Phát hiện thi thể trôi dạt vào bờ biển Ninh Thuận", "Sáng 21/11, người dân phát hiện thi thể một phụ nữ khoảng 40 tuổi trôi dạt vào bãi biển Ninh Chữ. Công an đang xác minh danh tính."),
        ("Phát hiện thi thể trôi dạt vào bờ biển Ninh Thuận", "Sáng 21/11, người dân phát hiện thi thể một nam giới khoảng 60 tuổi trôi dạt vào bãi biển Sơn Hải. Công an đang xác minh danh tính."),
    ),
    "stabbings in one ward": (
        ("Đâm chết người sau cuộc nhậu ở Phan Rang", "Công an phường Bảo An bắt Lê Văn Toàn (29 tuổi), nghi phạm đâm chết bạn nhậu lúc 22 giờ ngày 20/11."),
        ("Đâm chết người vì mâu thuẫn giao thông ở Phan Rang", "Công an phường Bảo An bắt Huỳnh Chí Bảo (18 tuổi), nghi phạm đâm chết một tài xế lúc 6 giờ ngày 21/11."),
    ),
    "arrests for fraud, same ward, sums differ": (
        ("Ninh Thuận: Bắt người phụ nữ lừa đảo chiếm đoạt tài sản", "Công an bắt tạm giam Nguyễn Thị Mỹ Duyên (SN 1988) vì lừa đảo chiếm đoạt 450 triệu đồng bằng thủ đoạn bán đất ở Khánh Hải."),
        ("Ninh Thuận: Bắt người phụ nữ lừa đảo chiếm đoạt tài sản", "Công an bắt tạm giam Phan Thị Hồng Loan (SN 1975) vì lừa đảo chiếm đoạt 8,2 tỷ đồng bằng thủ đoạn vay đáo hạn ngân hàng."),
    ),
    "drownings, English": (
        ("Student drowns in Ninh Thuan", "A 15-year-old boy drowned on Friday afternoon while swimming with friends at Vinh Hy beach, Ninh Thuan, local authorities said."),
        ("Student drowns in Ninh Thuan", "A 9-year-old boy drowned on Friday morning while swimming with friends in Song Sat lake, Ninh Thuan, local authorities said."),
    ),
    "floods cut two roads": (
        ("Nước lũ cuốn trôi người đàn ông ở Ninh Thuận", "Tối 20/11, ông Chamaléa Thiên (48 tuổi) bị nước lũ cuốn trôi khi qua ngầm tràn ở xã Phước Đại. Lực lượng cứu hộ đang tìm kiếm."),
        ("Nước lũ cuốn trôi người đàn ông ở Ninh Thuận", "Tối 20/11, ông Mai Văn Khánh (63 tuổi) bị nước lũ cuốn trôi khi qua ngầm tràn ở xã Nhị Hà. Lực lượng cứu hộ đang tìm kiếm."),
    ),
    "trains hit two people at two places": (
        ("Tàu hỏa tông tử vong người đàn ông ở Ninh Thuận", "Lúc 5h15 ngày 21/11, tàu SE7 tông tử vong một người đàn ông tại đường ngang km 1398 qua phường Đô Vinh."),
        ("Tàu hỏa tông tử vong người phụ nữ ở Ninh Thuận", "Lúc 17h50 ngày 21/11, tàu SE4 tông tử vong một người phụ nữ tại đường ngang km 1437 qua xã Cà Ná."),
    ),
    "wards of one town": (
        ("Cháy quán ăn ở TP Phan Rang - Tháp Chàm", "Sáng 21/11, quán ăn trên đường Ngô Gia Tự, phường Tấn Tài, TP Phan Rang - Tháp Chàm bốc cháy, lửa lan sang nhà bên."),
        ("Cháy quán cà phê ở TP Phan Rang - Tháp Chàm", "Tối 21/11, quán cà phê trên đường 21 Tháng 8, phường Phước Mỹ, TP Phan Rang - Tháp Chàm bốc cháy, lửa lan sang nhà bên."),
    ),
    "arrests, English": (
        ("Ninh Thuan police arrest man over drugs", "Police in Ninh Thuan arrested Tran Van Loc, 33, on Nov. 20 with 3 kg of methamphetamine at a hotel in Phan Rang."),
        ("Ninh Thuan police arrest man over drugs", "Police in Ninh Thuan arrested Bui Quang Huy, 41, on Nov. 20 with 150 grams of methamphetamine on a bus in Thuan Nam."),
    ),
    "collapses on two sites": (
        ("Sập giàn giáo ở Ninh Thuận, 3 công nhân bị thương", "Chiều 21/11, giàn giáo công trình trường học ở xã Xuân Hải đổ sập khiến 3 công nhân bị thương."),
        ("Sập giàn giáo ở Ninh Thuận, một công nhân tử vong", "Chiều 21/11, giàn giáo công trình khách sạn ở phường Ninh Chử đổ sập khiến một công nhân tử vong."),
    ),
    "long titles, no text": (
        ("Cháy xưởng cá khô ở xã Phước Diêm, Ninh Thuận, thiệt hại 2 tỷ đồng", ""),
        ("Cháy xưởng mộc ở phường Phủ Hà, Ninh Thuận, thiệt hại 300 triệu đồng", ""),
    ),
}

#: Name → two reports of one incident. Every second pair was held back while weights were chosen.
SAME: dict[str, Pair] = {
    "house fire, more detail": (
        ("Cháy nhà dân ở Đô Vinh, Ninh Thuận", "Trưa 21/11, một căn nhà cấp bốn ở phường Đô Vinh bốc cháy. Lửa bùng lên từ bếp, thiêu rụi nhiều tài sản, không có thiệt hại về người."),
        ("Ninh Thuận: Nhà cấp bốn ở Đô Vinh bị thiêu rụi", "Khoảng 11h45 ngày 21/11, căn nhà của bà Lê Thị Hường ở khu phố 3, phường Đô Vinh, TP Phan Rang - Tháp Chàm bốc cháy. Ngọn lửa xuất phát từ bếp rồi thiêu rụi tài sản. Rất may không ai bị thương."),
    ),
    "crash, the count of dead grows": (
        ("Tai nạn ở Cà Ná, 3 người chết", "Rạng sáng 21/11, xe khách tông xe tải trên quốc lộ 1 qua xã Cà Ná, Ninh Thuận làm 3 người chết, nhiều người bị thương."),
        ("Vụ xe khách tông xe tải ở Ninh Thuận: 4 người chết", "Số người chết trong vụ xe khách tông xe tải trên quốc lộ 1 qua Cà Ná, huyện Thuận Nam rạng sáng 21/11 tăng lên 4 người, 11 người bị thương."),
    ),
    "place at three levels": (
        ("Bé trai đuối nước ở Ninh Thuận", "Chiều 21/11, bé trai 6 tuổi ở Ninh Thuận chết đuối khi tắm biển cùng gia đình."),
        ("Bé trai đuối nước ở biển Cà Ná", "Chiều 21/11, bé trai 6 tuổi chết đuối khi tắm biển cùng gia đình ở xã Cà Ná, huyện Thuận Nam."),
    ),
    "old and new commune": (
        ("Cháy xưởng cá khô ở Phước Diêm", "Tối 21/11, xưởng cá khô ở xã Phước Diêm, huyện Thuận Nam, Ninh Thuận bốc cháy dữ dội, hai xe chữa cháy được điều đến."),
        ("Cháy xưởng cá khô ở Cà Ná", "Tối 21/11, xưởng cá khô ở xã Cà Ná, tỉnh Khánh Hòa (Ninh Thuận cũ) bốc cháy dữ dội, lực lượng chữa cháy khống chế sau hai giờ."),
    ),
    "house fire, English": (
        ("House fire in Ninh Thuan destroys home", "A fire destroyed a house in Do Vinh ward, Ninh Thuan, on Nov. 21. Firefighters took an hour to put out the fire. No one was hurt."),
        ("Fire guts house in Phan Rang-Thap Cham", "A house in Do Vinh ward of Phan Rang-Thap Cham City, Ninh Thuan, was destroyed by fire on Nov. 21. Firefighters put out the fire after about an hour; there were no casualties."),
    ),
    "forest fire, area rounded": (
        ("Cháy rừng ở Ninh Thuận", "Ngày 21/11, cháy rừng xảy ra ở tiểu khu 102, xã Phước Bình, thiêu rụi gần 5 ha rừng trồng. Hơn 60 người được huy động dập lửa."),
        ("Huy động lực lượng chữa cháy rừng ở Phước Bình", "Vụ cháy rừng ở xã Phước Bình, huyện Bác Ái, Ninh Thuận ngày 21/11 thiêu rụi 4,7 ha rừng trồng. Khoảng 70 người tham gia dập lửa."),
    ),
    "arrest, initials and full name": (
        ("Bắt nghi phạm cướp tiệm vàng ở Phan Rang", "Công an bắt T.V.L. (27 tuổi), nghi phạm cướp tiệm vàng ở phường Phan Rang chiều 20/11."),
        ("Nghi phạm cướp tiệm vàng ở Ninh Thuận bị bắt sau 6 giờ", "Trần Văn Lực (27 tuổi, quê Đồng Nai) bị bắt sau 6 giờ cướp tiệm vàng trên đường Thống Nhất, phường Phan Rang, Ninh Thuận."),
    ),
    "boat sunk, skipper named once": (
        ("Tàu cá Ninh Thuận chìm, 6 ngư dân được cứu", "Rạng sáng 21/11, tàu cá NT-90115 do ông Đặng Văn Sáu (52 tuổi) làm thuyền trưởng bị sóng đánh chìm gần mũi Dinh, 6 ngư dân được cứu."),
        ("Cứu 6 ngư dân trên tàu cá bị chìm ngoài mũi Dinh", "Biên phòng Ninh Thuận sáng 21/11 cứu 6 ngư dân trên tàu cá NT-90115 bị sóng đánh chìm cách mũi Dinh 8 hải lý, đưa vào cảng Cà Ná an toàn."),
    ),
    "drowning, district and commune": (
        ("Hai anh em đuối nước ở Bác Ái", "Hai anh em ruột 8 và 10 tuổi ở huyện Bác Ái, Ninh Thuận chết đuối dưới ao tưới nước sáng 21/11."),
        ("Hai trẻ chết đuối dưới ao ở Ninh Thuận", "Sáng 21/11, hai anh em ruột (8 tuổi và 10 tuổi) trú thôn Tà Lú, xã Phước Đại chết đuối khi tắm ở ao tưới nước gần nhà."),
    ),
    "market fire, hour rounded": (
        ("Cháy chợ Tân Tài trong đêm", "Khoảng 23h ngày 20/11, cháy lớn xảy ra tại chợ Tân Tài, phường Kinh Dinh, lan ra 12 ki ốt. Cảnh sát điều 6 xe chữa cháy."),
        ("Phan Rang: Hỏa hoạn tại chợ Tân Tài, hơn 10 ki ốt bị thiêu rụi", "Cháy chợ Tân Tài ở TP Phan Rang - Tháp Chàm lúc 22h50 ngày 20/11 thiêu rụi hơn 10 ki ốt. 6 xe chữa cháy được điều đến hiện trường."),
    ),
    "motorbike crash, age by birth year": (
        ("Tai nạn xe máy ở Ninh Thuận, một thanh niên tử vong", "Tối 21/11, xe máy do anh N.V.T. (19 tuổi) lái tông cột điện ở thôn Văn Lâm, xã Phước Nam, nạn nhân tử vong tại chỗ."),
        ("Tông cột điện, thanh niên 19 tuổi tử vong", "Anh N.V.T. (SN 2007, trú xã Phước Nam, Ninh Thuận) tử vong tại chỗ khi xe máy tông cột điện tối 21/11."),
    ),
    "crash, English": (
        ("Two killed in Ninh Thuan bus crash", "A coach hit a truck at 4:10 a.m. on Nov. 21 in Thuan Bac district, Ninh Thuan, killing two people and injuring seven, police said."),
        ("Coach hits truck in Ninh Thuan, two dead", "Two people died and eight were injured when a coach hit a truck early on Nov. 21 in Loi Hai commune, Thuan Bac, Ninh Thuan, local police said."),
    ),
    "whirlwind, houses counted again": (
        ("Lốc xoáy làm tốc mái 14 căn nhà ở Ninh Thuận", "Chiều 21/11, lốc xoáy làm tốc mái 14 căn nhà ở xã Phước Hữu. Chính quyền hỗ trợ mỗi gia đình 2 triệu đồng."),
        ("Ninh Thuận: Gần 20 nhà dân tốc mái do lốc xoáy", "Lốc xoáy chiều 21/11 làm tốc mái 18 căn nhà ở thôn Hữu Đức, xã Phước Hữu, huyện Ninh Phước, không có thiệt hại về người."),
    ),
    "food poisoning, more pupils": (
        ("Học sinh Ninh Thuận nhập viện nghi ngộ độc", "Trưa 20/11, 23 học sinh Trường Tiểu học Mỹ Hương nhập viện nghi ngộ độc sau khi uống trà sữa trước cổng trường."),
        ("25 học sinh tiểu học ở Ninh Thuận nhập viện sau khi uống trà sữa", "Bệnh viện tỉnh tiếp nhận 25 học sinh Trường Tiểu học Mỹ Hương, phường Phan Rang nghi ngộ độc trà sữa trưa 20/11."),
    ),
    "body on a beach, beach and ward": (
        ("Phát hiện thi thể trôi dạt vào bờ biển Ninh Thuận", "Sáng 21/11, người dân phát hiện thi thể một phụ nữ khoảng 40 tuổi trôi dạt vào bãi biển Ninh Chữ. Công an đang xác minh danh tính."),
        ("Thi thể phụ nữ dạt vào bãi biển Ninh Chữ", "Thi thể một phụ nữ được người dân phát hiện trôi dạt vào bờ biển thuộc phường Ninh Chử, Khánh Hòa (địa bàn Ninh Thuận cũ) sáng 21/11. Công an xác minh danh tính nạn nhân."),
    ),
    "stabbing, suspect and victim named": (
        ("Đâm chết người sau cuộc nhậu ở Phan Rang", "Công an phường Bảo An bắt Lê Văn Toàn (29 tuổi), nghi phạm đâm chết bạn nhậu lúc 22 giờ ngày 20/11."),
        ("Mâu thuẫn khi nhậu, người đàn ông ở Bảo An bị đâm chết", "Anh Phan Quốc Việt (34 tuổi) bị bạn nhậu đâm chết đêm 20/11 ở phường Bảo An, Ninh Thuận. Công an đã bắt nghi phạm Lê Văn Toàn."),
    ),
    "fraud, sum rounded": (
        ("Bắt người phụ nữ lừa đảo ở Ninh Thuận", "Công an bắt tạm giam Nguyễn Thị Mỹ Duyên (SN 1988) vì lừa đảo chiếm đoạt 450 triệu đồng bằng thủ đoạn bán đất ở Khánh Hải."),
        ("Lừa bán đất, người phụ nữ ở Ninh Thuận bị bắt", "Bị can Nguyễn Thị Mỹ Duyên (38 tuổi, trú thị trấn Khánh Hải, huyện Ninh Hải) lừa bán đất, chiếm đoạt gần nửa tỷ đồng thì bị Công an bắt tạm giam."),
    ),
    "drowning, English": (
        ("Student drowns in Ninh Thuan", "A 15-year-old boy drowned on Friday afternoon while swimming with friends at Vinh Hy beach, Ninh Thuan, local authorities said."),
        ("Boy, 15, drowns at Vinh Hy beach", "A teenage student drowned while swimming with friends at Vinh Hy, Vinh Hai commune, Ninh Thuan on Friday, authorities said."),
    ),
    "flood victim, found later": (
        ("Nước lũ cuốn trôi người đàn ông ở Ninh Thuận", "Tối 20/11, ông Chamaléa Thiên (48 tuổi) bị nước lũ cuốn trôi khi qua ngầm tràn ở xã Phước Đại. Lực lượng cứu hộ đang tìm kiếm."),
        ("Tìm thấy thi thể người đàn ông bị lũ cuốn ở Bác Ái", "Sáng 21/11, thi thể ông Chamaléa Thiên (48 tuổi), người bị nước lũ cuốn trôi khi qua ngầm tràn ở huyện Bác Ái, Ninh Thuận tối hôm trước, được tìm thấy cách đó 3 km."),
    ),
    "train, minutes apart": (
        ("Tàu hỏa tông tử vong người đàn ông ở Ninh Thuận", "Lúc 5h15 ngày 21/11, tàu SE7 tông tử vong một người đàn ông tại đường ngang km 1398 qua phường Đô Vinh."),
        ("Người đàn ông bị tàu hỏa tông chết ở Đô Vinh", "Khoảng 5 giờ 20 sáng 21/11, một người đàn ông băng qua đường sắt ở phường Đô Vinh, Ninh Thuận bị tàu hỏa SE7 tông tử vong."),
    ),
    "long report and short item": (
        ("Cháy quán ăn ở Phan Rang", "Sáng 21/11, quán ăn trên đường Ngô Gia Tự, phường Tấn Tài bốc cháy, lửa lan sang nhà bên."),
        ("Quán ăn ở phường Tấn Tài bốc cháy dữ dội", "Khoảng 8h30 ngày 21/11, một quán ăn trên đường Ngô Gia Tự, phường Tấn Tài, TP Phan Rang - Tháp Chàm, Ninh Thuận bất ngờ bốc cháy. Lửa cháy lớn lan sang một căn nhà bên cạnh.\nNhận tin báo, Phòng Cảnh sát PCCC và CNCH Công an tỉnh điều ba xe chữa cháy cùng 25 cán bộ chiến sĩ đến hiện trường. Sau khoảng 40 phút, đám cháy được khống chế. Thiệt hại ban đầu ước tính 300 triệu đồng.\nÔng Trần Minh Đức, Chủ tịch UBND phường Tấn Tài, cho biết không có thương vong về người, nguyên nhân đang được điều tra."),
    ),
    "arrest, English": (
        ("Ninh Thuan police arrest man over drugs", "Police in Ninh Thuan arrested Tran Van Loc, 33, on Nov. 20 with 3 kg of methamphetamine at a hotel in Phan Rang."),
        ("Man arrested with 3 kg of meth in Ninh Thuan hotel", "Tran Van Loc, 33, was arrested at a hotel in Phan Rang-Thap Cham, Ninh Thuan, with nearly 3 kg of methamphetamine, police said on Nov. 21."),
    ),
    "scaffold, one of the injured dies": (
        ("Sập giàn giáo ở Ninh Thuận, 3 công nhân bị thương", "Chiều 21/11, giàn giáo công trình trường học ở xã Xuân Hải đổ sập khiến 3 công nhân bị thương."),
        ("Sập giàn giáo trường học ở Xuân Hải, một công nhân tử vong", "Một trong ba công nhân bị thương trong vụ sập giàn giáo công trình trường học ở xã Xuân Hải, huyện Ninh Hải, Ninh Thuận chiều 21/11 đã tử vong tại bệnh viện."),
    ),
    "titles only, place at two levels": (
        ("Cháy xưởng cá khô ở xã Phước Diêm, Ninh Thuận, thiệt hại 2 tỷ đồng", ""),
        ("Cháy xưởng cá khô ở Thuận Nam, Ninh Thuận, thiệt hại khoảng 2 tỷ đồng", ""),
    ),
}
