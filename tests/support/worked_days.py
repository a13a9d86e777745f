"""The days worked in each month of 2025 to 2027, written out by hand, month by month: no code made them.

2027 was not announced when this was written. Its days off are those of the law; Thursday 11 February off for Saturday
20 February is made up, so that the tests have a swap at Tết.
"""

from datetime import date

#: Month → days worked, as numbers and ranges.
WORKED = {
    "2025-01": "2 3 6-10 13-17 20-24",  # 1 New Year, 27-31 Tết
    "2025-02": "3-7 10-14 17-21 24-28",
    "2025-03": "3-7 10-14 17-21 24-28 31",
    "2025-04": "1-4 8-11 14-18 21-25 26 28 29",  # 7 Hung Kings, 26 a Saturday worked, 30 Reunification
    "2025-05": "5-9 12-16 19-23 26-30",  # 1 Labour Day, 2 for Saturday 26 April
    "2025-06": "2-6 9-13 16-20 23-27 30",
    "2025-07": "1-4 7-11 14-18 21-25 28-31",
    "2025-08": "1 4-8 11-15 18-22 25-29",
    "2025-09": "3-5 8-12 15-19 22-26 29 30",  # 1 and 2 National Day
    "2025-10": "1-3 6-10 13-17 20-24 27-31",
    "2025-11": "3-7 10-14 17-21 24-28",
    "2025-12": "1-5 8-12 15-19 22-26 29-31",
    "2026-01": "5-9 10 12-16 19-23 26-30",  # 1 New Year, 2 for Saturday 10
    "2026-02": "2-6 9-13 23-27",  # 16-20 Tết
    "2026-03": "2-6 9-13 16-20 23-27 30 31",
    "2026-04": "1-3 6-10 13-17 20-24 28 29",  # 27 for Hung Kings on Sunday 26, 30 Reunification
    "2026-05": "4-8 11-15 18-22 25-29",  # 1 Labour Day
    "2026-06": "1-5 8-12 15-19 22-26 29 30",
    "2026-07": "1-3 6-10 13-17 20-24 27-31",
    "2026-08": "3-7 10-14 17-21 22 24-28",  # 22 a Saturday worked, 31 off for it
    "2026-09": "3 4 7-11 14-18 21-25 28-30",  # 1 and 2 National Day
    "2026-10": "1 2 5-9 12-16 19-23 26-30",
    "2026-11": "2-6 9-13 16-20 23 25-27 30",  # 24 Culture Day
    "2026-12": "1-4 7-11 14-18 21-25 28-31",
    "2027-01": "4-8 11-15 18-22 25-29",  # 1 New Year
    "2027-02": "1-3 12 15-19 20 22-26",  # 4-10 Tết, 11 for Saturday 20 (made up)
    "2027-03": "1-5 8-12 15-19 22-26 29-31",
    "2027-04": "1 2 5-9 12-15 19-23 26-29",  # 16 Hung Kings, 30 Reunification
    "2027-05": "4-7 10-14 17-21 24-28 31",  # 3 for Labour Day on Saturday 1
    "2027-06": "1-4 7-11 14-18 21-25 28-30",
    "2027-07": "1 2 5-9 12-16 19-23 26-30",
    "2027-08": "2-6 9-13 16-20 23-27 30 31",
    "2027-09": "1 6-10 13-17 20-24 27-30",  # 2 and 3 National Day
    "2027-10": "1 4-8 11-15 18-22 25-29",
    "2027-11": "1-5 8-12 15-19 22 23 25 26 29 30",  # 24 Culture Day
    "2027-12": "1-3 6-10 13-17 20-24 27-31",
}

#: holidays.toml of 2027, as far as the tests assume one.
YEAR_2027 = """
[[year]]
year = 2027

[[year.off]]
name = "By law"
days = [
    2027-01-01, 2027-02-04, 2027-02-05, 2027-02-08, 2027-02-09, 2027-02-10, 2027-04-16, 2027-04-30, 2027-05-03,
    2027-09-02, 2027-09-03, 2027-11-24,
]
source = "assumed by the tests"

[[year.off]]
name = "Swapped"
days = [2027-02-11]
working = [2027-02-20]
source = "made up by the tests"
"""


def worked_days() -> list[date]:
    """Return the days of WORKED in their order."""
    days = []
    for month, words in WORKED.items():
        for word in words.split():
            first, _, last = word.partition("-")
            days += [date.fromisoformat(f"{month}-{n:02}") for n in range(int(first), int(last or first) + 1)]
    return days
