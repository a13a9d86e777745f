"""The typeface of charts, brought along by a package, so that a machine without any shows every Vietnamese letter."""

from functools import cache
from importlib.resources import files

#: Source Sans (SIL Open Font License), of the package font-source-sans-pro
FONT_NAME = "Source Sans Pro"


@cache
def font_folder() -> str:
    """Return the folder that holds its files."""
    return str(files("font_source_sans_pro") / "files")


@cache
def register_fonts() -> None:
    """Make it known to the library that draws charts; once in a process."""
    import vl_convert

    vl_convert.register_font_directory(font_folder())
