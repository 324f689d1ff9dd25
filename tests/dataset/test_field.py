"""A field as a table."""

import numpy as np
import pytest

from phasemap.dataset import Field
from phasemap.model.status import Status


def test_a_table_has_a_row_for_every_number():
    pytest.importorskip("pandas")
    status = np.array([[Status.CONVERGED, Status.ABSENT], [Status.CONVERGED, Status.NOT_CONVERGED]], dtype=np.uint8)
    entry = Field(name="rate", dims=("g_h", "branch"), value=np.array([[0.1, np.nan], [0.2, 0.4]]), status=status,
                  error=np.array([[1e-3, np.nan], [2e-3, 0.1]]))  # fmt: skip
    entry.coords = {"g_h": np.array([1.0, 2.0]), "branch": np.array(["zero", "static"])}
    table = entry.to_pandas()
    assert list(table.columns) == ["g_h", "branch", "value", "error", "status"]
    last = table[(table.g_h == 2.0) & (table.branch == "static")].iloc[0]
    assert (last.value, last.error, last.status) == (0.4, 0.1, "not_converged")
    assert len(table) == 4 and np.isnan(table.value).sum() == 1
