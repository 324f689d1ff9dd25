"""One file for each kind of figure: maps, lines, profiles, rasters, spectra, surfaces, text."""
