"""How much is said beside the answer: -q, -v and --log."""

import logging

import pytest

from phasemap.cli import reporting
from phasemap.cli.listing import GROUP, NAMES


@pytest.fixture(autouse=True)
def as_before():
    yield
    reporting.choose(False, False, None)


def test_quiet_leaves_out_progress_and_keeps_the_answer(plane, phasemap):
    loud = phasemap("sweep", plane, "-o", "a.h5", "--workers", "0")
    quiet = phasemap("-q", "sweep", plane, "-o", "b.h5", "--workers", "0")
    assert quiet.code == loud.code == 0
    assert quiet.err == "" and "Finished" in quiet.out


def test_a_log_says_when_what_was_done_and_how_it_ended(plane, phasemap, tmp_path):
    log = tmp_path / "x.log"
    phasemap("--log", log, "sweep", plane, "-o", "a.h5", "--workers", "0")
    phasemap("--log", log, "sweep", "nowhere.toml")
    lines = log.read_text().splitlines()
    assert sum("began: phasemap" in line for line in lines) == 2
    assert any("grid, statics" in line for line in lines)
    assert any("ERROR" in line and "nowhere.toml" in line for line in lines)
    assert lines[-1].endswith("s") and "exit code 2" in lines[-1]


def test_verbose_says_what_is_being_done(plane, phasemap):
    assert "grid, statics" in phasemap("-v", "sweep", plane, "-o", "a.h5", "--workers", "0").err


def test_contradictions_and_unwritable_logs_are_refused(phasemap, tmp_path):
    assert "contradict" in phasemap("-q", "-v", "parameters").err
    ran = phasemap("--log", tmp_path / "no" / "x.log", "parameters")
    assert ran.code == 2 and "cannot be written" in ran.err
    assert logging.getLogger("phasemap").level == logging.WARNING


def test_the_options_may_stand_after_the_command(plane, phasemap, tmp_path):
    quiet = phasemap("sweep", plane, "-o", "a.h5", "--workers", "0", "-q", "--log", tmp_path / "x.log")
    assert quiet.code == 0 and quiet.err == "" and "Finished" in quiet.out
    lines = (tmp_path / "x.log").read_text().splitlines()
    assert "began: phasemap sweep" in lines[0] and any("grid, statics" in line for line in lines)
    assert "grid, statics" in phasemap("sweep", plane, "-o", "b.h5", "--workers", "0", "-v").err
    assert "contradict" in phasemap("-q", "parameters", "-v").err


@pytest.mark.parametrize("command", [*sorted(NAMES - {GROUP}), "protocol kick"])
def test_every_command_takes_them(command, phasemap, tmp_path):
    log = tmp_path / "x.log"
    refused = phasemap(*command.split(), "--quiet", "--verbose", "--log", log, "--no-such-option")
    assert refused.code == 2 and "--no-such-option" in refused.err and "--log" not in refused.err


def test_a_quantity_is_what_q_means_to_those_that_draw(stored_plane, phasemap):
    assert phasemap("plot", "plane.h5", "-q", "phase", "--terminal", "--quiet").code == 0
