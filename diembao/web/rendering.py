"""A visit → a page, its content alone for a script, or a redirect with something to say on the next page."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from diembao.jobs.review.comments import named_words
from diembao.web.errors import DeskError, message_of, title_of
from diembao.web.security import cookies, csrf
from diembao.web.static_files import static_url
from diembao.web.visit import Visit, local_path
from pipeline.i18n.catalogs import find_code, mark, translate, translate_code
from pipeline.i18n.notices import Message, shown
from pipeline.text.invisible import strip_invisible

#: Fields that hold a secret → their labels.
_SECRETS = {
    "old": mark("Present password"),
    "password": mark("Password"),
    "again": mark("The same once more"),
    "code": mark("Code"),
}


def render(visit: Visit, template: str, status: int = 200, **values: object) -> Response:
    """Return the page of a template of `diembao/web/templates`, filled in with `values`, in the visit's language.

    A template begins with `{% extends layout %}` and fills the blocks `title` and `content`. With `X-Fragment` it is
    the content alone. Beside `values` a template has `visit`, `_` (translate), `code` (translate_code),
    `static`, `local` (a time in the province's zone), `named` (a comment with the names of people), `notice`.
    """
    told = cookies.read_signed(visit.context.key, cookies.NOTICE, visit.cookie(cookies.NOTICE))
    response = HTMLResponse(
        _environment()
        .get_template(template)
        .render(
            visit=visit,
            layout="fragment.html" if visit.is_fragment else "base.html",
            notice=_notice(told),
            local=lambda at, form="%H:%M %d/%m/%Y": _local(visit, at, form),
            named=named_words(lambda: visit.storage),
            long_day=lambda day: format_date(day, "full", locale=visit.language),
            province=_province(visit),
            **values,
        ),
        status,
    )
    if told is not None and not visit.is_fragment:
        cookies.drop_cookie(response, cookies.NOTICE, visit.is_secure)
    return response


def redirect(visit: Visit, path: str, notice: Message | None = None) -> Response:
    """Return a redirect (303) to a path of the desk; the page there shows `notice` once."""
    response = RedirectResponse(quote(local_path(path), safe="/?&=#%+:,;@~!$'()*"), 303)
    if notice is not None:
        told = {"text": notice.template, "values": _plain(notice)}
        value = cookies.sign(visit.context.key, cookies.NOTICE, told)
        cookies.set_cookie(response, cookies.NOTICE, value, visit.is_secure, seconds=60)
    return response


def render_error(visit: Visit, error: DeskError) -> Response:
    """Return the page of an error."""
    response = render(visit, "error.html", error.status, title=title_of(error.status), message=error.message)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def render_busy(visit: Visit) -> Response:
    """Return the page that says that the database is busy, with what the form held, to be sent again.

    Passwords and codes are never sent back: the page asks for them anew.
    """
    # Beside a password "again" and "old" are passwords too; elsewhere they may be anything.
    hidden = [name for name in _SECRETS if name in visit.form and (name == "code" or "password" in visit.form)]
    fields = [(name, value) for name, value in visit.form.multi_items() if name not in (csrf.FIELD, *hidden)]
    asked = [(name, _SECRETS[name]) for name in hidden]
    response = render(visit, "busy.html", 503, title=title_of(503), message=message_of(503), fields=fields, asked=asked)
    response.headers["Retry-After"] = "5"
    return response


def _plain(message: Message) -> dict[str, Any]:
    """Return the fields of a message as a cookie can hold them: short texts and numbers."""
    return {
        name: value if isinstance(value, int | float) else str(shown(value))[:200]
        for name, value in message.values.items()
    }


def _notice(told: object) -> str:
    if not isinstance(told, Mapping):
        return ""
    try:
        return translate(str(told["text"]), **told["values"])
    except (KeyError, ValueError, TypeError, IndexError):  # written by another version of the program
        return ""


def _local(visit: Visit, at: datetime | None, form: str) -> str:
    return "" if at is None else at.astimezone(visit.context.zone).strftime(form)


def _province(visit: Visit) -> str:
    province = visit.context.settings().province
    return province.name_en if visit.language == "en" else province.name


def _web_link(address: str) -> str:
    """Return an address that a page may link to: http or https; '' for any other."""
    try:
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _csrf_field(visit: Visit) -> Markup:
    """Return the hidden field that every form of the desk carries: `{{ csrf(visit) }}`."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, visit.csrf_token)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(files("diembao.web") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        _=translate, code=translate_code, find_code=find_code, static=static_url, web_link=_web_link, csrf=_csrf_field
    )
    environment.filters.update(shown=shown, visible=strip_invisible)
    return environment
