"""Results in other formats: tables (CSV), archives of arrays (NumPy), labelled datasets (netCDF)."""

from phasemap.storage.tables.export import labelled as labelled
from phasemap.storage.tables.export import write_table as write_table
