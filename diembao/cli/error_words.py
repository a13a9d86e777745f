"""Errors of the operating system → a sentence in the language of the run."""

import errno
import os

from pipeline.i18n.catalogs import mark, translate

#: Number of an error → what it means for the file it is of.
_WORDS = {
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


def os_error_words(error: OSError) -> str:
    """Return what an error of the system says: the file, and the cause in words; other causes as the system says."""
    words = _WORDS.get(error.errno or 0)
    if words is None:
        return str(error)
    names = [os.fsdecode(name) if isinstance(name, bytes) else str(name) for name in (error.filename,) if name]
    return ": ".join([*names, translate(words)])
