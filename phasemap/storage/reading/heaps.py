"""Heaps of texts in an HDF5 file, looked at before HDF5 does.

They carry no checksum, and HDF5 walks through one from object to object: a damaged length of zero keeps it walking for
ever. Files with a seal need none of this.
"""

import mmap
import struct
from pathlib import Path

_SIGNATURE = b"GCOL\x01\0\0\0"
_HEADER = struct.Struct("<8sQ")
_OBJECT = struct.Struct("<HHIQ")  # index, references, reserved, bytes
_SMALLEST = 4096


def has_sound_heaps(path: Path) -> bool:
    """Whether every collection of texts ("global heap") in a file can be walked through to its end."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return True
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            place = content.find(_SIGNATURE)
            while place >= 0:
                if not _is_sound(content, place):
                    return False
                place = content.find(_SIGNATURE, place + len(_SIGNATURE))
    return True


def _is_sound(content: mmap.mmap, start: int) -> bool:
    if start + _HEADER.size > len(content):
        return False
    size = _HEADER.unpack_from(content, start)[1]
    place, end = start + _HEADER.size, start + size
    if size < _SMALLEST or end > len(content):
        return False
    while place + _OBJECT.size <= end:
        index, _, _, length = _OBJECT.unpack_from(content, place)
        if index == 0:  # the free rest, its own header included
            return bool(length == end - place)
        place += _OBJECT.size + (length + 7) // 8 * 8
    return bool(place <= end)
