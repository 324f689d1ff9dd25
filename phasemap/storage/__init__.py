"""Result files: HDF5 reading and writing, durable block files. The only package that imports h5py."""

from phasemap.storage.blocks import BlockData, Blocks, blocks_directory
from phasemap.storage.reader import is_hdf5, read_file, read_result
from phasemap.storage.writer import write_result

__all__ = [
    "BlockData",
    "Blocks",
    "blocks_directory",
    "is_hdf5",
    "read_file",
    "read_result",
    "write_result",
]
