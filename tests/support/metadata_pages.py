"""Pages made of a head and what stands in the body → what they say of themselves."""

from pipeline.html import jsonld, parser
from pipeline.metadata import page_metadata

URL = "https://bao.example.vn/kinh-te/cang-ca-na-don-tau-lon-99.html"


def read(head: str = "", inner: str = "", *, lang: str = "", hint: str = "", url: str = URL) -> page_metadata.Metadata:
    tree = parser.parse_html(f"<html lang='{lang}'><head>{head}</head><body>{inner}</body></html>")
    assert tree is not None
    return page_metadata.read_metadata(tree, jsonld.jsonld_nodes(tree), page_metadata.meta_tags(tree), url, hint=hint)


def ld(*blocks: str) -> str:
    return "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
