"""Page, styles and properties of a DOCX, by Decree 30/2020/NĐ-CP (annex I) or for a plain bulletin."""

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import quoteattr

from analysis.documents.blocks import PrintDocument

if TYPE_CHECKING:
    from docx.document import Document

_FONT = "Times New Roman"
#: Annex I: A4, margins of top, bottom, left and right.
_PAGE_MM, _MARGINS_MM = (210, 297), (20, 20, 30, 20)
#: name → points, bold, italic, space before and after (points), first line and left indent (mm), alignment. Annex I:
#: body 13 to 14 pt with a first line of 10 or 12.7 mm and 6 pt between paragraphs, tables 10 to 12 pt.
_STYLES: dict[str, tuple[float, bool, bool, float, float, float, float, str]] = {
    "Diembao Text": (13, False, False, 0, 6, 12.7, 0, "JUSTIFY"),
    "Diembao Meta": (11.5, False, False, 0, 2, 0, 0, "LEFT"),
    "Diembao Excerpt": (13, False, False, 0, 4, 0, 0, "JUSTIFY"),
    "Diembao Small": (11.5, False, False, 0, 3, 0, 0, "LEFT"),
    "Diembao List": (13, False, False, 0, 4, -7, 7, "JUSTIFY"),
    "Diembao Cell": (11, False, False, 1, 1, 0, 0, "LEFT"),
    "Diembao Head": (13, False, False, 0, 0, 0, 0, "CENTER"),
    "Diembao Sign": (11, False, False, 0, 0, 0, 0, "LEFT"),
    "Heading 1": (14, True, False, 14, 6, 0, 0, "LEFT"),
    "Heading 2": (13, True, False, 8, 2, 0, 0, "LEFT"),
    "Heading 3": (13, True, True, 6, 2, 0, 0, "LEFT"),
}
#: Styles that differ in an administrative document: excerpts, notes and lists are body text
_BODY = (13, False, False, 0, 6, 12.7, 0, "JUSTIFY")
_FORMAL = {
    **dict.fromkeys(("Diembao Excerpt", "Diembao Small", "Diembao List"), _BODY),
    "Diembao Meta": (*_BODY[:-1], "LEFT"),
}
#: Page and styles of a document that is set small, to be read on one page
_COMPACT_MARGINS_MM = (13, 12, 20, 15)
_COMPACT = {
    "Diembao Text": (10.5, False, False, 0, 3, 0, 0, "JUSTIFY"),
    "Diembao Meta": (10, False, False, 0, 1, 0, 0, "LEFT"),
    "Diembao Small": (10, False, False, 0, 2, 0, 0, "LEFT"),
    "Diembao List": (10.5, False, False, 0, 2, -5, 5, "JUSTIFY"),
    "Heading 1": (11.5, True, False, 5, 2, 0, 0, "LEFT"),
}


def set_up_document(document: "Document", paper: PrintDocument) -> None:
    """Set page, styles, page numbers and properties of an empty document."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in _PAGE_MM)
    formal = paper.letterhead.administrative
    compact = paper.compact and not formal
    sides = (Mm(margin) for margin in (_COMPACT_MARGINS_MM if compact else _MARGINS_MM))
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = sides
    section.header_distance = section.footer_distance = Mm(8 if compact else 10)
    section.different_first_page_header_footer = True
    for name, (size, bold, italic, before, after, first, left, align) in {
        "Normal": (13, False, False, 0, 0, 0, 0, "LEFT"),
        **_STYLES,
        **(_FORMAL if formal else {}),
        **(_COMPACT if compact else {}),
    }.items():
        styles = document.styles
        paragraph_style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        # python-docx types all styles as BaseStyle.
        style = cast("Any", paragraph_style)
        style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, italic
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().rFonts
        for key in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[key]
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(f"{{{fonts.nsmap['w']}}}{script}", _FONT)
        shape = style.paragraph_format
        shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.0
        shape.first_line_indent, shape.left_indent = Mm(first), Mm(left)
        shape.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
        shape.widow_control = True
    # In an older mode Word shows 'Compatibility Mode' in the title bar and lets tables stand out of the margins.
    for setting in cast("Any", document.settings.element).iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    # The thumbnail is that of python-docx's empty template.
    package: Any = document.part.package
    for name in [name for name, rel in package.rels.items() if rel.reltype.endswith("/thumbnail")]:
        del package.rels[name]
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))
    about, at = document.core_properties, paper.made_at.astimezone(UTC)
    about.title, about.author, about.language = paper.title, paper.letterhead.agency or "diembao", paper.lang
    about.created = about.modified = at
    about.last_modified_by, about.comments, about.revision = about.author, "", 1
    language = parse_xml(f"<w:lang {nsdecls('w')} w:val={quoteattr('vi-VN' if paper.lang == 'vi' else 'en-GB')}/>")
    cast("Any", document.styles["Normal"]).element.get_or_add_rPr().append(language)
