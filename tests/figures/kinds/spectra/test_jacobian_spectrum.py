"""Cumulative distributions of eigenvalues."""

import numpy as np

from phasemap.figures.kinds.spectra.jacobian_spectrum import DistributionScene, draw_distributions


def scene(eigenvalues):
    x = np.linspace(-2.0, 0.5, 20)
    r = np.geomspace(1e-5, 2.0, 20)
    distances = (0.1, 0.2) if len(eigenvalues) else None
    return DistributionScene((x, np.linspace(0, 1, 20)), (r, np.linspace(0, 1, 20)), eigenvalues, distances, "title")


def lines(figure, gid):
    return [line for axes in figure.axes for line in axes.lines if line.get_gid() == gid]


def test_theory_stands_over_the_sample_in_both_panels():
    figure = draw_distributions([scene(np.array([-1.0 + 1j, -0.5])), scene(np.array([-0.1 + 0j]))])
    assert len(figure.axes) == 4
    assert len(lines(figure, "theory")) == len(lines(figure, "sample")) == 4
    np.testing.assert_array_equal(lines(figure, "sample")[0].get_xdata(), [-1.0, -0.5])
    assert figure.axes[1].get_xscale() == "log"
    assert "0.100" in figure.axes[0].texts[0].get_text()


def test_theory_needs_no_sample():
    figure = draw_distributions([scene(np.zeros(0, dtype=complex))])
    assert not lines(figure, "sample")
    assert len(lines(figure, "theory")) == 2
