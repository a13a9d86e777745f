"""Everything that breaks, broken on purpose, on both databases: the table of `make soak`.

One scene (benchmarks.chaos.scene) for each kind of trouble: a newsroom on loopback that offers articles, the service
with its jobs, a mail server, and a clock that is played. What should be there is known from the newsroom and the
calendar, what is there is read by plain SQL, from the folder of digests and from the mailbox.
"""
