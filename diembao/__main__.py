"""`python -m diembao` is the command line; a crash has an exit code of its own."""

import gc
import os
import sys

#: Exit code of a crash: EX_SOFTWARE of sysexits.h. Python itself ends with 1, which says "done but something failed".
#: Written here too, because whatever this module imports may be what cannot be imported.
_CRASH = 70
#: New objects after which Python looks for cycles of unused ones. Its own number, 700, has it look through all modules
#: some hundred times while they are read in, and hardly any object made then is ever unused.
_NEW_OBJECTS = 10_000


def main() -> None:
    """Run the command line and exit with its code; after an error nobody expected, with that of a crash."""
    gc.set_threshold(_NEW_OBJECTS)
    # None is wanted, and looking for them opens a file of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
    try:
        # Within, so that a module that cannot be imported is a crash too.
        from diembao.cli.main import main as run_command

        run_command()
    except Exception:
        import traceback

        traceback.print_exc()
        sys.exit(_CRASH)
    finally:
        # What is left goes with the process. Without this Python looks through all of it for cycles, several times.
        gc.freeze()


if __name__ == "__main__":
    # `python -m` looks for modules in the working directory first, where a csv.py would be one of them. A checkout
    # that was not installed is run from its own folder, which stays.
    if not sys.flags.safe_path and not __file__.startswith(sys.path[0]):
        del sys.path[0]
    main()
