"""Errors whose messages are meant for the user.

Every message names the field, its value, what is allowed and what to do. The command line prints it as one
paragraph and exits with code 2; nothing else is caught there.
"""


class PhasemapError(Exception):
    """Base of everything that the user can mend."""


class ParameterError(PhasemapError, ValueError):
    """A model parameter is unknown, of the wrong type or outside its domain."""


class ConfigError(PhasemapError, ValueError):
    """A configuration file cannot be used as it is."""


class ResultFileError(PhasemapError, OSError):
    """A result file cannot be read or written."""


class UnsupportedError(PhasemapError, NotImplementedError):
    """The quantity asked for is not defined at these parameters."""
