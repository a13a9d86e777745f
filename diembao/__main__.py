"""`python -m diembao` is the command line."""

from diembao.cli.main import main

if __name__ == "__main__":
    main()
