"""What goes wrong with other people's servers → a site for each fault on 127.0.0.1, and the outcome it must end in.

Run as a program inside a network namespace of its own (`unshare -rnm`): it serves the faults, crawls them once and
prints one JSON line for each feed and page, so that a guard that fails still sends nothing out.
"""
