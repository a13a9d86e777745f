"""The typeface of charts, brought along by a package, so that a machine without any shows every Vietnamese letter."""

from functools import cache
from importlib.resources import files

#: Source Sans (SIL Open Font License), of the package font-source-sans-pro
NAME = "Source Sans Pro"


@cache
def folder() -> str:
    """Return the folder that holds its files."""
    return str(files("font_source_sans_pro") / "files")


@cache
def register() -> None:
    """Make it known to the library that draws charts; once in a process."""
    import vl_convert

    vl_convert.register_font_directory(folder())
