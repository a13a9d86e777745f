"""The typeface of charts, from a Python package: every machine then has all Vietnamese letters."""

from functools import cache
from importlib.resources import files

#: Source Sans (SIL Open Font License), of the package font-source-sans-pro
FONT_NAME = "Source Sans Pro"


@cache
def font_folder() -> str:
    """Return the folder of the font files."""
    return str(files("font_source_sans_pro") / "files")


@cache
def register_fonts() -> None:
    """Register the typeface with vl_convert, once in a process."""
    import vl_convert

    vl_convert.register_font_directory(font_folder())
