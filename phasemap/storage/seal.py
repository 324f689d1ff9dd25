"""The seal at the end of a result file: a checksum of all bytes before it, tested before anything looks at these.

HDF5 ignores what follows its own content, and cuts it off when a program changes the file: a seal that is there belongs
to the bytes that phasemap wrote. (A first part may be left out: HDF5 notes in its superblock that a program has opened
the file to write, and guards that by a checksum of its own.)
"""

import struct
import zlib
from pathlib import Path

from phasemap.errors import ResultFileError

_MAGIC = b"\nphasemap-seal-1\n"
_NUMBERS = struct.Struct("<QI")  # length and checksum of everything before
_SIZE = len(_MAGIC) + _NUMBERS.size
_PIECE = 1 << 22


SUPERBLOCK = 48
"""Bytes at the start of an HDF5 file that its seal leaves out."""


def sealed(content: bytes | memoryview, skip: int = 0) -> bytes:
    """`content` with its seal, which leaves out the first `skip` bytes."""
    view = memoryview(content)
    return b"".join((view, _MAGIC, _NUMBERS.pack(len(view), zlib.crc32(view[skip:]))))


def is_sealed(path: Path, skip: int = 0) -> bool:
    """Whether a file has a seal, and that is intact; False for files without one.

    Raises:
        ResultFileError: there is one, of other bytes.
    """
    length = path.stat().st_size - _SIZE
    if length < 0:
        return False
    with path.open("rb") as file:
        file.seek(length)
        end = file.read()
        if not end.startswith(_MAGIC):
            return False
        file.seek(skip)
        left, checksum = length - skip, 0
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            checksum, left = zlib.crc32(piece, checksum), left - len(piece)
    if _NUMBERS.unpack(end[len(_MAGIC) :]) != (length, checksum):
        raise ResultFileError(
            f"{path} is damaged: its bytes are not those that phasemap wrote (the checksum of the file differs). "
            "Copy it again from where it came, or delete it and run the sweep again."
        )
    return True
