"""Result files: HDF5 reading and writing, durable block files. The only package that imports h5py."""

from phasemap.storage.blocks import BlockData, Blocks, blocks_directory
from phasemap.storage.reading.reader import is_hdf5, is_result, read_file, read_result, result_target
from phasemap.storage.targets import check_regular, check_replaceable, resolve_target
from phasemap.storage.writer import write_result

__all__ = [
    "BlockData",
    "Blocks",
    "blocks_directory",
    "check_regular",
    "check_replaceable",
    "is_hdf5",
    "is_result",
    "read_file",
    "read_result",
    "resolve_target",
    "result_target",
    "write_result",
]
