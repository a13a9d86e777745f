"""The root of diembao's own exceptions: `except DiembaoError` catches every failure that the program foresees."""


class DiembaoError(Exception):
    """Base of every exception class that diembao defines; a library's or Python's own errors do not derive from it."""
