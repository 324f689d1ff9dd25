"""Configurations: TOML text -> a validated, frozen record of everything that a sweep depends on."""

from phasemap.config.catalogue import catalogue, catalogue_folder, diagrams, find_config
from phasemap.config.load import load_config, make_config, make_point
from phasemap.config.records import LABELS, AxisValues, FigureWish, Point, Refinement, SweepConfig, differences
from phasemap.config.text import apply_overrides, parse_toml, read_toml, write_toml

__all__ = [
    "LABELS",
    "AxisValues",
    "FigureWish",
    "Point",
    "Refinement",
    "SweepConfig",
    "apply_overrides",
    "catalogue",
    "catalogue_folder",
    "diagrams",
    "differences",
    "find_config",
    "load_config",
    "make_config",
    "make_point",
    "parse_toml",
    "read_toml",
    "write_toml",
]
