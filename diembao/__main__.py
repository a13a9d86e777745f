"""`python -m diembao` is the command line; a crash has an exit code of its own."""

import sys

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
        import traceback

        traceback.print_exc()
        sys.exit(_CRASH)


if __name__ == "__main__":
    # `python -m` looks for modules in the working directory first, where a csv.py would be one of them. A checkout
    # that was not installed is run from its own folder, which stays.
    if not sys.flags.safe_path and not __file__.startswith(sys.path[0]):
        del sys.path[0]
    main()
