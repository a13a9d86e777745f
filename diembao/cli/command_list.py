"""The commands of the root group by name: the module that declares each, and its help.

`diembao --help` and the completion of a shell show them without reading the modules in; a command is read in when it is
asked for (diembao.cli.lazy_group).
"""

from typing import NamedTuple

from pipeline.i18n.catalogs import mark


class Listed(NamedTuple):
    """A command of the root group."""

    #: name of the module in diembao.cli.commands
    module: str
    #: message of the catalogues
    help: str


LISTED = {
    "account": Listed("account", mark("Accounts of the desk: invite, list, disable.")),
    "add": Listed("collect", mark("Add the articles at these addresses by hand: fetch, read and tag them now.")),
    "alerts": Listed(
        "alerts", mark("Go through the rules of alerts.toml and tell people what is new; each cause once a day.")
    ),
    "audit": Listed("audit", mark("Who did what at the desk and by commands, when and from where.")),
    "backfill": Listed(
        "backfill",
        mark(
            "Read archives of the press back: WARC and WACZ files, folders of them and of saved pages, JSON Lines of "
            "articles, lists of paths; on this machine or at addresses. What was read is not read again, so a run may "
            "be ended at any moment and started once more."
        ),
    ),
    "collect": Listed("collect", mark("Collect articles from the sources.")),
    "config": Listed("init", mark("Look at and check the configuration.")),
    "db": Listed("db", mark("The database: upgrade, check, back up, restore, move.")),
    "decide": Listed(
        "decide",
        mark(
            "A person's decision on an item (ITEM: column item of the CSV): it holds whatever the rules say.\n\n"
            "--export FILE.jsonl: all decisions as labelled texts for `diembao train`."
        ),
    ),
    "demo": Listed("demo", mark("Do the whole job on a sample press on this machine (127.0.0.1).")),
    "desk": Listed(
        "desk",
        mark(
            "Serve the desk, the web page at which the office reviews the day: by default at http://127.0.0.1:8322. "
            "The first start prints a link, good once, to make the first administrator. See [desk] of settings.toml."
        ),
    ),
    "digest": Listed(
        "digest",
        mark(
            "Make a day's digest (default: brief, HTML, Markdown, DOCX, PDF), or write one that was published once "
            "more, byte for byte (--id)."
        ),
    ),
    "doctor": Listed(
        "doctor",
        mark(
            "Examine this machine: Python, SQLite, disk, time zone, encoding, fonts, database, mail server, "
            "browser; says what to do. Exit code 1 where something must be mended."
        ),
    ),
    "evaluate": Listed("evaluate", mark("Score tagging against labelled texts.")),
    "explain": Listed(
        "explain",
        mark(
            "Tell why a text was tagged as it was. ITEM: id of a stored item (column item of the CSV); URL: "
            "address of a page; FILE: .html, .html.gz, or .txt (the first line is the headline)."
        ),
    ),
    "export": Listed(
        "export",
        mark(
            "Export to FILE.csv, FILE.xlsx (open right in Excel and LibreOffice), FILE.parquet or FILE.jsonl "
            "(of items, every field and the text). What each column means: docs/columns.md."
        ),
    ),
    "extract": Listed(
        "extract", mark("Print what is read from each page (.html or .html.gz file, or address), one JSON line each.")
    ),
    "images": Listed(
        "images",
        mark("Keep a picture of the page of each new article, for your own files ([images] in settings.toml)."),
    ),
    "init": Listed(
        "init", mark("Write a commented configuration into the home folder; files that exist are left alone.")
    ),
    "item": Listed("item", mark("One item: the texts it has had, and every change between them.")),
    "label": Listed("label", mark("Labels that teach the rules.")),
    "ledger": Listed("ledger", mark("The ledger of a day: what became of every source and of every link.")),
    "letters": Listed(
        "letters",
        mark(
            "Send the letters of the desk that wait: comments that name somebody, assignments, and once a day what is "
            "due. Each person gets one letter for each cause."
        ),
    ),
    "matter": Listed("matter", mark("Matters that the press raised: open, list, show, take their steps.")),
    "pairs": Listed(
        "stories",
        mark(
            'Judge the pairs of FILE.jsonl (or - for standard input), {"id","a":{title,text,…},"b":{…}} a '
            "line: dup (a reprint), same-event or different, with score and reason."
        ),
    ),
    "process": Listed("collect", mark("Read and tag what was collected.")),
    "publish": Listed(
        "publish",
        mark(
            "Publish a day's digest: keep every form of it in the database for good; mistakes are corrected in "
            "the next."
        ),
    ),
    "recall": Listed(
        "recall",
        mark(
            "Compare with an outside list (FILE.csv with a column url, FILE.jsonl, FILE.txt) or a news "
            "search of sources.toml (gdelt): which articles were not seen, and why."
        ),
    ),
    "register": Listed(
        "register", mark("The register of what the press raised, and the days by which its terms are counted.")
    ),
    "report": Listed(
        "report",
        mark(
            "Make a periodic report (DOCX, PDF) of the last whole week, month, quarter or year, or of any "
            "days. Its form: [document] in settings.toml."
        ),
    ),
    "retag": Listed(
        "retag",
        mark(
            "Tag the stored items again by today's rules, beside the old tags; what a person decided holds. "
            "Stopped half-way, run it again to go on."
        ),
    ),
    "retention": Listed(
        "retention",
        mark("Show what is older than it is to be kept ([retention] in settings.toml); --apply: take it away."),
    ),
    "run": Listed("collect", mark("Collect, read and tag, then make the day's digest.")),
    "search": Listed(
        "search",
        mark(
            "Search the stored items.\n\n"
            "A word without diacritics finds all (dien gio: điện gió, diễn, giờ); one with any finds just that (đảo, "
            "not đạo), wherever its tone mark stands (hoà, hòa); =dao: just that, without. "
            '"a phrase", AND, OR, NOT, parentheses, begin*, NEAR(wind farm, 5): at most 5 words apart. '
            "Fields: title: outlet: topic: lang: place: relevance: (main, mention, no) tone: story: "
            "day:2026-03-01 day:2026-03-01..2026-03-05. @NAME: a saved search. "
            "Without a relevance: only what is about the province."
        ),
    ),
    "send": Listed(
        "send",
        mark(
            "Send a day's digest to the lists of settings.toml ([sending]), to each of them once; publish it "
            "first where that was not done."
        ),
    ),
    "serve": Listed(
        "serve",
        mark(
            "Run the jobs of schedule.toml at their times, for months, until told to stop. Answers /healthz, "
            "/readyz, /metrics at the address in [serve] of schedule.toml."
        ),
    ),
    "source": Listed("sources", mark("The outlets that are watched.")),
    "status": Listed(
        "status",
        mark(
            "How things stand: whether all is well, which jobs ran, failed, are due; which sources failed in "
            "the last 24 hours; how every link and page ended. Exit code: 0 well, 1 not."
        ),
    ),
    "stories": Listed("stories", mark("Reports and events: who was first, who reprinted; merge and split by hand.")),
    "tag": Listed(
        "tag", mark("Tag the texts of FILE.jsonl (or - for standard input), one JSON line each with the evidence.")
    ),
    "train": Listed(
        "train",
        mark(
            "Rebuild the weights (topic_model.json, and opinion_model.json where there is an encoder) from labelled "
            "files and reviewers' decisions; refuses to replace better ones."
        ),
    ),
    "translate": Listed(
        "translate",
        mark(
            "Put title, lead and excerpt of new foreign articles into Vietnamese ([translation] in settings.toml), the "
            "newest first; a text is translated once. Exit code 1 where the engine does not work or failed at a text."
        ),
    ),
    "translation": Listed(
        "translation", mark("Put translations right, and keep the glossary that the engine is given.")
    ),
}
