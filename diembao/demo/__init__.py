"""A sample press on 127.0.0.1: invented outlets, invented news, real HTTP."""
