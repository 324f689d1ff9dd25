"""Results in memory: records with names, sections through them, phases made from them. No HDF5, no figures."""

from phasemap.dataset.field import Field
from phasemap.dataset.records import Axis, Checks, Dimension, Failure, Metadata, Result, Session

__all__ = ["Axis", "Checks", "Dimension", "Failure", "Field", "Metadata", "Result", "Session"]
