"""HDF5 walks for ever through a heap of texts with an object of no length: such files are refused before."""

import struct
from pathlib import Path

import pytest

from phasemap.errors import ResultFileError
from phasemap.storage import read_file
from phasemap.storage.reading.heaps import has_sound_heaps


def test_sound_heaps_are_accepted(path: Path) -> None:
    assert has_sound_heaps(path)
    assert path.read_bytes().count(b"GCOL") > 1


def test_damaged_heaps_are_refused_at_once(unsealed: Path) -> None:
    content = bytearray(unsealed.read_bytes())
    place = content.index(b"GCOL\x01\0\0\0") + 16
    for index, length in ((0, 0), (1, 2**60), (0, 2**64 - 1)):
        struct.pack_into("<HHIQ", content, place, index, 1, 0, length)
        unsealed.write_bytes(content)
        assert not has_sound_heaps(unsealed)
        with pytest.raises(ResultFileError, match="texts are damaged"):
            read_file(unsealed)
