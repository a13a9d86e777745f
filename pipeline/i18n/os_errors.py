"""Errors of the operating system → messages of ours."""

import errno

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Number of an error → what it means for the file it is of.
_CAUSES = {
    errno.ENOSPC: mark("the disk is full; free space, then run again"),
    errno.EDQUOT: mark("this user may store no more; free space, then run again"),
    errno.EFBIG: mark("the file may not grow so large; see the limits of this user (ulimit -f)"),
    errno.EROFS: mark("it may only be read: the disk is mounted so"),
    errno.EACCES: mark("this user has no permission for it"),
    errno.EPERM: mark("this user has no permission for it"),
    errno.ENOENT: mark("there is no such file or folder"),
    errno.EISDIR: mark("it is a folder, not a file"),
    errno.ENOTDIR: mark("a part of its path is a file, not a folder"),
    errno.EEXIST: mark("there is a file of that name, where a folder is needed"),
    errno.ENAMETOOLONG: mark("its name is too long"),
    errno.EADDRINUSE: mark("another program listens at that address"),
}


def os_error_message(error: OSError) -> Message | None:
    """Return what the number of an error means; None for a number that is not known here."""
    cause = _CAUSES.get(error.errno or 0)
    return Message(cause) if cause else None


def os_error_cause(error: OSError) -> str:
    """Return what an error means, or what the system says of it."""
    return os_error_message(error) or error.strerror or str(error)
