"""Errors whose messages are meant for the user.

Every message names the field, its value, what is allowed and what to do. The command line prints it as one
paragraph and exits with code 2; nothing else is caught there. `phasemap explain NAME` prints the docstring of a class.
"""


class StopRequested(KeyboardInterrupt):
    """A signal asked to stop, and whoever sent it can wait for what is done to be kept."""


class PhasemapError(Exception):
    """Something that the user can mend.

    What it means: the program understood what was asked for and cannot do it as it stands.
    What to do: the message names the field, its value and what is allowed; `--debug` shows where it arose.
    """


class ParameterError(PhasemapError, ValueError):
    """A parameter of the network is unknown, of the wrong type or outside its domain.

    Why: numbers outside a domain (a negative gain, an infinite time constant) have no network.
    What to do: `phasemap parameters` lists names, meanings, defaults and domains.
    """


class ConfigError(PhasemapError, ValueError):
    """A configuration, or an option of the command line, cannot be used as it is.

    Why: a key is unknown or misspelt, a value has the wrong type or lies outside its bounds, or two of them contradict.
    What to do: mend every problem that the message lists; `phasemap sweep FILE --dry-run` checks without computing.
    """


class ResultFileError(PhasemapError, OSError):
    """A result file cannot be read or written.

    Why: it is missing, no result of phasemap, damaged (a checksum differs), of a newer format, or in a place where you
    may not write.
    What to do: copy it again from where it came, or run the sweep again; finished blocks beside it are used.
    """


class WeightFileError(PhasemapError, ValueError):
    """A file of weights cannot be read, or holds no recurrent layer that is known.

    Why: it is damaged, pickled (which would execute it), of another kind, or its layers have projections, layer norm or
    peepholes, for which there is no theory here.
    What to do: save the parameters as .safetensors or .npz under their names; the message lists what was found.
    """


class UnsupportedError(PhasemapError, NotImplementedError):
    """What was asked for is not defined, or not derived, at these parameters.

    Why: some theory holds only for a constant update gate, without biases or without inputs.
    What to do: change the parameter that the message names, or simulate networks, which are defined everywhere.
    """


class NoFiniteSpectrumError(UnsupportedError):
    """The Jacobian's spectrum has no finite limit for large networks.

    Why: a hard gate has a slope without variance, or there is no stationary state.
    What to do: give the steepness that the message names a finite value, or simulate networks.
    """


class PhasemapWarning(UserWarning):
    """Something the user should know although the command goes on; the command line prints it as one paragraph."""


def shown(value: object, width: int = 80) -> str:
    """How a value that somebody else wrote is quoted in a message: `repr`, cut in the middle where it is long."""
    text = repr(value[: 4 * width]) if isinstance(value, str) and len(value) > 4 * width else _repr(value)
    return text if len(text) <= width else f"{text[: width - 23]} ... {text[-18:]}"


def _repr(value: object) -> str:
    """`repr`, also of what Python does not write out: integers of thousands of digits, nests of thousands of lists."""
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too long to print"
