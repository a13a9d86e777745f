"""The command line: options, messages and exit codes over `diembao.jobs` and `diembao.service`."""
