"""A fingerprint of today → the same as the release before stored it: without measures, foreign names and concepts."""

import struct

_HEAD, _OLD_HEAD = struct.Struct("<4s2sxxdII10HHH"), struct.Struct("<4s2sxxdII7HHH")


def as_earlier_release(stored: bytes) -> bytes:
    """Return a dumped fingerprint in the format that held seven arrays."""
    _, language, at, title_hash, text_hash, *lengths, days, title_days = _HEAD.unpack_from(stored)
    kept, left_out = 4 * sum(lengths[:7]), 4 * sum(lengths[7:])
    head = _OLD_HEAD.pack(b"dbs2", language, at, title_hash, text_hash, *lengths[:7], days, title_days)
    return head + stored[_HEAD.size : _HEAD.size + kept] + stored[_HEAD.size + kept + left_out :]
