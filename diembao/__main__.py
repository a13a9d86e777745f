"""`python -m diembao` is the command line; a crash has an exit code of its own."""

import sys
import traceback

#: Exit code of a crash: EX_SOFTWARE of sysexits.h. Python itself ends with 1, which says "done but something failed".
#: Written here too, because whatever this module imports may be what cannot be imported.
_CRASH = 70


def main() -> None:
    """Run the command line and exit with its code; after an error nobody expected, with that of a crash."""
    try:
        # Within, so that a module that cannot be imported is a crash too.
        from diembao.cli.main import main as run_command

        run_command()
    except Exception:
        traceback.print_exc()
        sys.exit(_CRASH)


if __name__ == "__main__":
    main()
