"""Configuration files with a fault of every kind."""

SETTINGS = """\
[province]
name = "X"
name_en = "X"
time_zone = "Asia/Nowhere"
nam = 1
unheard = 1
[digest]
cutoff = "25:00"
language = "fr"
late_hours = "many"
[process]
read_all = "perhaps"
workers = 1.5
[storage]
database = "postgresql://a:b@db.example/x"
[crawl]
delay_seconds = -1
timeout_seconds = "long"
allow_private = "127.0.0.1:80"
[retention]
attempts_days = 3
[document]
form = "letter"
[sending]
hooks = ["https://a.example"]
[[sending.list]]
name = "A B"
to = []
[[sending.list]]
name = "a"
to = ["nobody"]
[[sending.list]]
name = "a"
to = ["b@c.example"]
[[peer]]
name = "?"
[[peer]]
name = "X"
"""
SOURCES = """\
[[source]]
id = "a"
name = "A"
home = "ftp://a.example/"
feeds = [{ url = "http://a.example/rss" }, { url = "http://a.example/rss" }, { url = "nowhere" }]
article_url = "("
hours = "22:00"
enabled = "yes"
[[source]]
id = "A B"
name = "B"
home = "http://b.example/"
feeds = [{ url = "http://other.test/rss", kind = "listing", links = "a[", terms = ["x"] }]
country = "Vietnam"
languages = []
login = "may:mat-khau"
hours = "25:00-26:00"
[source.selectors]
title = "h1["
drop = ["..x"]
[[source]]
id = "a"
name = "C"
home = "http://c.example/"
feeds = [{ url = "http://may:mat-khau@c.example/rss" }]
[[source]]
id = "d"
name = "D"
home = "http://d.example/"
feeds = []
languages = ["vi-VNX"]
hours = "10:00-10:00"
[[source]]
id = "e"
name = "E"
home = "http://e.example/"
feeds = [{ url = "http://e.example/", kind = "query" }, { url = "http://e.example/{query}{x}", kind = "query" },
  { url = "x{query}", kind = "query" }]
"""
SCHEDULE = """\
[[job]]
name = "A B"
command = []
every_minutes = 0
limit_minutes = 0
ok = [70]
after = ["nothing"]
[[job]]
name = "b"
command = ["x", "{day}"]
every_minutes = 5
cron = "0 6 * * 1"
[[job]]
name = "b"
command = ["collect"]
cron = "0 6 * *"
[serve]
health = "nowhere"
keep_days = 1
"""
CRONS = ("60 6 * * *", "0 6 * 13 *", "x/ * * * *", "0 0 31 2 *", "*/0 * * * *", "0 0 5-3 * *")
ALERTS = """\
[mail]
to = ["nobody"]
sender = "me"
server = "mail.example"
[hooks]
secrets = ["https://a.example"]
[[rule]]
kind = "job"
[[rule]]
kind = "disk"
percent = 0
megabytes = 5
by = "25:00"
[[rule]]
kind = "unheard"
"""
PLACES = """\
[province]
id = "x"
name = "X"
merged_on = "yesterday"
[[place]]
id = "a"
name = "A"
former = ["B"]
since = 2020-01-02
until = 2020-01-01
[[place]]
id = "a"
name = "Bc"
tier = "none"
"""
TOPICS = """\
[[topic]]
id = "A B"
name = "A"
name_en = "A"
kind = "topic"
[topic.terms.vi]
sure = [" * "]
[[topic]]
id = "a"
name = 5
name_en = "A"
kind = "topic"
"""
REGISTER = """\
[[kind]]
id = "A b"
name = { vi = " ", en = "A" }
term = { amount = 0, unit = "days" }
counts_from = "birth"
[[kind]]
id = "a"
name = { vi = "A", en = "A", fr = "A" }
term = { amount = 400, unit = "working_days" }
[[kind]]
id = "a"
name = { vi = "A", en = "A" }
term = { amount = 5, unit = "weeks" }
[[kind]]
id = "a"
name = { vi = "A", en = "A" }
basis = "x"
[unexpected]
hours = 0
[reminders]
at = "7:30"
soon_working_days = -1
[calendar]
information_day = 32
conference_months = [3, 3, 13]
report_before = "02-30"
report_from = "15/12"
[lists]
weekly_day = "someday"
weekly_at = "24:00"
[[refusal]]
id = "a"
name = { vi = "A", en = "A" }
basis = ""
"""
UNITS = """\
[[unit]]
handle = "Sở A"
names = [{ name = " " }, { name = "B", since = 2026-02-01, until = 2026-01-01 }]
head = "x y"
[[unit]]
handle = "b"
names = [{ name = "B", until = 2026-01-01 }, { name = "C", since = 2026-01-01 }]
successor = "c"
[[unit]]
handle = "c"
until = 2026-01-01
successor = "d"
[[unit]]
handle = "d"
until = 2026-02-01
successor = "c"
[[unit]]
handle = "b"
until = 2026-02-01
successor = "nowhere"
[[spokesperson]]
unit = "nowhere"
name = ""
mail = "nobody"
since = 2026-02-01
until = 2026-01-01
"""
HOLIDAYS = """\
[[year]]
year = 2026
[[year.off]]
name = "A"
days = [2026-01-01, 2026-01-01, 2025-12-31]
working = [2026-01-05]
source = ""
[[year.off]]
name = "B"
source = "x"
[[year]]
year = 2026
off = []
[[year]]
year = 206
off = []
"""
