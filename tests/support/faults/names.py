"""A name server that tells an address out on the Internet once, and one inside ever after."""

import socket
import threading

#: An address out on the Internet (documentation says so of none that the guard lets pass), put on lo; and one inside.
PUBLIC, INSIDE = "93.184.216.34", "10.9.9.9"


def answer_names() -> None:
    """Answer every name: the first time with PUBLIC, and ever after with an address of the inner network."""
    asked: set[bytes] = set()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def run() -> None:
        while True:
            query, peer = server.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            name, kind = query[12 : end - 4], query[end - 4 : end - 2]
            # header: an answer to this id, one question; records: a pointer to the name, kind, class, TTL 0
            known = kind == b"\0\1" and b"\x07doi-cho" in name
            address = socket.inet_aton(INSIDE if name in asked else PUBLIC)
            record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + address if known else b""
            code = b"\x81\x80" if known or b"\x07doi-cho" in name else b"\x81\x83"
            counts = b"\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0"
            server.sendto(query[:2] + code + counts + query[12:end] + record, peer)
            if known:
                asked.add(name)

    threading.Thread(target=run, daemon=True).start()
