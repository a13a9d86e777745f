"""Pages of kinds that the web has beside news, made up → their bytes and the text that a reader copies from them."""

from collections.abc import Iterator, Sequence

_MENU = "<nav><a href='/'>Home</a><a href='/a'>Notices</a><a href='/b'>Help</a></nav>"
_FOOT = "<footer><p>Salt Works of Somewhere, 12 Harbour Road. All rights reserved.</p></footer>"
_RELATED = "".join(
    f"<div class='card'><a href='/n{n}'>{text}</a></div>"
    for n, text in enumerate(("Opening times on public holidays", "How to reach the harbour office by bus", "Prices"))
)

BODY = (
    "The harbour office will close the eastern quay from Monday because divers found cracks in two of its pillars.",
    "Boats that land fish there are asked to use the northern basin, where six more places were marked last night.",
    "The repair is expected to take eleven days and to cost about forty thousand euros, paid from the port fund.",
    "Skippers who need a crane should ask for a time at the office, since only one crane can reach the basin.",
    "If the wind turns to the south the basin may be closed as well, and the boats will be led to the old pier.",
    "The office answers questions every morning from seven to nine, by telephone and at the window on the quay.",
)
TITLE = "Eastern quay closed for repair from Monday"


def _page(inner: str) -> bytes:
    markup = f"<html lang='en'><head><title>{TITLE} | Harbour</title></head><body>{_MENU}{inner}{_FOOT}</body></html>"
    return f"<!DOCTYPE html>{markup}".encode()


def _p(lines: Sequence[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _thread() -> tuple[bytes, list[str]]:
    posts = [
        (f"skipper{n}", f"2026-03-0{n + 1}", line + " I saw it myself when we came in this morning.")
        for n, line in enumerate(BODY)
    ]
    inner = "".join(
        f"<div class='post' id='p{n}'><div class='post-author'><a href='/u/{name}'>{name}</a></div>"
        f"<div class='post-date'>{day}</div><div class='post-body'>{text}</div><a href='#r'>Reply</a></div>"
        for n, (name, day, text) in enumerate(posts)
    )
    return _page(f"<main><h1>{TITLE}</h1><div class='thread'>{inner}</div></main>"), [text for *_, text in posts]


def _questions() -> tuple[bytes, list[str]]:
    asked = [f"Question {n + 1}: what does this mean for boats of class {n + 1}?" for n in range(len(BODY))]
    inner = "".join(f"<div class='faq'><h3>{q}</h3><p>{a}</p></div>" for q, a in zip(asked, BODY, strict=True))
    text = [line for pair in zip(asked, BODY, strict=True) for line in pair]
    return _page(f"<main><h1>{TITLE}</h1>{inner}</main>"), text


def _product() -> tuple[bytes, list[str]]:
    rows = [("Model", "Crane K-40"), ("Serial numbers", "1200 to 1380"), ("Sold", "2023 to 2025"), ("Risk", "Fall")]
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    inner = (
        f"<div class='product'><h1>{TITLE}</h1><div class='product-summary'>{_p(BODY[:2])}</div>"
        f"<table class='specs'>{table}</table><div class='product-description'>{_p(BODY[2:])}</div></div>"
        f"<div class='related'>{_RELATED}</div>"
    )
    return _page(inner), [*BODY[:2], *(f"{name} {value}" for name, value in rows), *BODY[2:]]


def _live() -> tuple[bytes, list[str]]:
    entries = "".join(
        f"<div class='live-entry'><time>{9 + n}:15</time><h3>Update {n + 1} from the quay</h3><p>{line}</p></div>"
        for n, line in enumerate(BODY)
    )
    text = [line for n, body in enumerate(BODY) for line in (f"Update {n + 1} from the quay", body)]
    return _page(f"<article><h1>{TITLE}</h1><div class='live-blog'>{entries}</div></article>"), text


def _manual() -> tuple[bytes, list[str]]:
    steps = ["Open the valve on the left.", "Wait until the lamp is green.", "Close the valve and write down the time."]
    code = "pump --start --basin north --minutes 11"
    inner = (
        "<div class='sidebar'><ul>"
        + "".join(f"<li><a href='/d{n}'>Chapter {n}</a></li>" for n in range(9))
        + "</ul></div>"
        f"<div class='content'><h1>{TITLE}</h1>{_p(BODY[:2])}<h2>Before the start</h2><ol>"
        + "".join(f"<li>{step}</li>" for step in steps)
        + f"</ol><h2>Starting</h2><pre><code>{code}</code></pre>{_p(BODY[2:])}</div>"
    )
    return _page(inner), [*BODY[:2], "Before the start", *steps, "Starting", code, *BODY[2:]]


def _service() -> tuple[bytes, list[str]]:
    heads = ["Who may land", "What it costs", "How to ask", "Times", "Weather", "Contact"]
    inner = "".join(
        f"<section class='feature'><h2>{head}</h2><div class='text'>{line}</div></section>"
        for head, line in zip(heads, BODY, strict=True)
    )
    text = [line for pair in zip(heads, BODY, strict=True) for line in pair]
    return _page(
        f"<div class='hero'><h1>{TITLE}</h1></div>{inner}<div class='cta'><a href='/x'>Ask now</a></div>"
    ), text


def general_pages() -> Iterator[tuple[str, bytes, str]]:
    """Yield kind, page and text of each page; every one is titled `TITLE`."""
    whole = "\n".join(BODY)
    lines = "<br><br>".join(BODY)
    halves = "".join(f"<div class='sidebar-content'>{_p(BODY[n : n + 2])}</div>" for n in (0, 2, 4))
    plain = {
        "press release of line breaks": f"<div id='main'><h1>{TITLE}</h1><div class='txt'>{lines}</div></div>",
        "line breaks in the body itself": f"<h1>{TITLE}</h1>{lines}",
        "paragraphs in div": f"<h1>{TITLE}</h1><div class='c'>" + "".join(f"<div>{t}</div>" for t in BODY) + "</div>",
        "layout table": (
            "<table width='900'><tr><td width='200'><a href='/1'>News</a><br><a href='/2'>Tide tables</a></td>"
            f"<td><h1>{TITLE}</h1>{_p(BODY)}</td></tr></table>"
        ),
        "layout table of line breaks": (
            f"<table><tr><td><font size=4><b>{TITLE}</b></font></td></tr><tr><td><font>{lines}</font></td></tr></table>"
        ),
        "sidebar-content": f"<h1>{TITLE}</h1><div class='sidebar-content'>{_p(BODY)}</div><div>{_RELATED}</div>",
        "split sidebar-content": f"<h1>{TITLE}</h1>{halves}<div class='sidebar-list'>{_RELATED}</div>",
        "widget and comments": (
            f"<h1>{TITLE}</h1><div class='widget-text'>{_p(BODY)}</div><div class='comments'><p>Thank you, that is good"
            " to know before the weekend.</p><p>And who pays for the crane, if one may ask so?</p></div>"
        ),
        "aside": f"<h1>{TITLE}</h1><aside class='main-aside'>{_p(BODY)}</aside>",
        "list items": f"<h1>{TITLE}</h1><ul class='points'>" + "".join(f"<li>{t}</li>" for t in BODY) + "</ul>",
        "definitions": f"<h1>{TITLE}</h1><dl>" + "".join(f"<dt>Note</dt><dd>{t}</dd>" for t in BODY) + "</dl>",
        "form around the page": f"<form action='/'><h1>{TITLE}</h1><div class='body'>{_p(BODY)}</div>{_RELATED}</form>",
        "hidden until a script runs": f"<div style='display:none'><h1>{TITLE}</h1>{_p(BODY)}</div>",
        "sentences in spans": f"<h1>{TITLE}</h1><div class='t'>"
        + " ".join(f"<span>{t}</span>" for t in BODY)
        + "</div>",
        "quotations": f"<h1>{TITLE}</h1>" + "".join(f"<blockquote>{t}</blockquote>" for t in BODY),
        "preformatted": f"<h1>{TITLE}</h1><pre>" + "\n\n".join(BODY) + "</pre>",
    }
    for kind, inner in plain.items():
        yield kind, _page(inner), whole
    made = {
        "thread of a forum": _thread(),
        "questions and answers": _questions(),
        "product notice": _product(),
        "live blog": _live(),
        "manual": _manual(),
        "service": _service(),
    }
    for kind, (body, text) in made.items():
        yield kind, body, "\n".join(text)
