"""Input courses of a study, from a configuration's table [input] and from the command line, files read."""

from collections.abc import Mapping, Sequence
from typing import Any

from phasemap.model.unit.inputs import InputCourse, parse_input, read_table
from phasemap.storage.courses import read_course


def read_inputs(table: Mapping[str, Any], words: Sequence[str]) -> tuple[InputCourse, ...]:
    """All courses, those of the table first.

    Raises:
        ConfigError, ResultFileError: a word that is not understood, or a file that cannot be read.
    """
    courses = [*read_table(table), *(parse_input(word) for word in words)]
    return tuple(one.at_times(read_course(one.path)) if one.kind == "file" else one for one in courses)
