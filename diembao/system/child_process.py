"""The program itself → the command and the environment that start it once more, without the files of any folder."""

import os
import sys

#: Python's variable that keeps the working directory off the path of modules, in every child too (Python 3.11).
_SAFE_PATH = "PYTHONSAFEPATH"


def own_command() -> list[str]:
    """Return the words that start this program in a process of its own; arguments follow.

    Without -P, `python -m` looks for modules in the working directory first: a csv.py in the folder of the data would
    run in every job.
    """
    return [sys.executable, "-P", "-m", "diembao"]


def keep_folders_off_the_path() -> None:
    """Let every Python that this process starts import from the installation only.

    multiprocessing starts its workers by `python -c`, which looks into the working directory too.
    """
    os.environ[_SAFE_PATH] = "1"
