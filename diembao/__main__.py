"""`python -m diembao` is the command line."""

import sys

if __name__ == "__main__":
    # `python -m` looks for modules in the working directory first, where a csv.py would be one of them. A checkout
    # that was not installed is run from its own folder, which stays.
    if not sys.flags.safe_path and not __file__.startswith(sys.path[0]):
        del sys.path[0]
    from diembao.cli.main import main

    main()
