"""The loop: what is computed once stays, numbers do not depend on the way to them, and failures do not spread."""

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.sweeping import Shuffled, assert_same_numbers, run
from support.toy_registry import TOYS, MakeConfig

from phasemap.config import make_config, parse_toml
from phasemap.dataset import Result
from phasemap.errors import ResultFileError
from phasemap.model.status import Status
from phasemap.storage import blocks_directory, read_file, read_result, write_result
from phasemap.sweeps.executors.processes import InProcess, Processes
from phasemap.sweeps.run import open_sweep


@pytest.fixture
def reference(toy: MakeConfig, tmp_path: Path) -> Result:
    run(toy("toys.points=[[1, 1], [2, 2]]"), tmp_path / "reference.h5")
    return read_result(tmp_path / "reference.h5")


def test_a_finished_sweep_holds_everything(reference: Result) -> None:
    assert reference.complete
    g, a = np.meshgrid(reference.axes[0].values, reference.axes[1].values, indexing="ij")
    np.testing.assert_allclose(reference.fields["product"].value, g * a)
    pair = reference.fields["pair"]
    assert pair.dims == ("g_h", "alpha_r", "side")
    np.testing.assert_array_equal(pair.value[..., 0], g)
    assert (pair.status[:, 0, 1] == Status.ABSENT).all()
    assert list(reference.surfaces) == ["circle"]
    assert reference.checks is not None
    assert reference.checks.fields["product"].value.tolist() == [1.0, 4.0]
    assert "draw" in reference.checks.fields
    assert "draw" not in reference.fields
    [session] = reference.metadata.sessions
    assert session.process == os.getpid()
    assert {"phasemap", "numpy", "numba", "h5py", "python"} <= set(session.versions)


def test_a_finished_sweep_leaves_one_file(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["x.h5"]


def test_worker_count_is_irrelevant(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("tau_noise=0.005")
    for name, executor in {"zero": InProcess(), "one": Processes(1), "three": Processes(3)}.items():
        run(config, tmp_path / name, executor)
    results = [read_result(tmp_path / name) for name in ("zero", "one", "three")]
    assert_same_numbers(results[0], results[1])
    assert_same_numbers(results[0], results[2])
    assert np.unique(results[0].fields["draw"].value).size == 30


def test_order_and_blocks_are_irrelevant(
    toy: MakeConfig, tmp_path: Path, reference: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = toy("toys.points=[[1, 1], [2, 2]]")
    for seed in range(3):
        monkeypatch.setattr("phasemap.sweeps.plan._SHORTEST_BLOCK", 10.0**-seed * 1e-4)
        run(config, tmp_path / f"{seed}.h5", Shuffled(seed))
        assert_same_numbers(read_result(tmp_path / f"{seed}.h5"), reference)


def test_resumed_equals_uninterrupted(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("noise_h=0.1")
    run(config, tmp_path / "through.h5", Shuffled(1))
    seen: list[str] = []
    for attempt in range(100):
        with open_sweep(config, tmp_path / "halting.h5") as sweep:
            if not sweep.plan.blocks:
                break
            with closing(sweep.run(Shuffled(attempt))) as blocks:
                for _ in range(3):
                    seen += [block.key for block in [next(blocks, None)] if block]
        assert not blocks_directory(tmp_path / "halting.h5").exists()
    assert len(seen) == len(set(seen)) > 10
    assert_same_numbers(read_result(tmp_path / "halting.h5"), read_result(tmp_path / "through.h5"))


def test_a_finished_sweep_is_not_computed_again(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    before = (tmp_path / "x.h5").read_bytes()
    assert run(toy(), tmp_path / "x.h5") == []
    assert (tmp_path / "x.h5").read_bytes() == before
    assert len(run(toy(), tmp_path / "x.h5", force=True)) == 3


def test_another_configuration_is_refused(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy(), tmp_path / "x.h5")
    before = (tmp_path / "x.h5").read_bytes()
    with pytest.raises(ResultFileError, match=r"seed is 8 here and 7 there"):
        run(toy("seed=8"), tmp_path / "x.h5")
    assert (tmp_path / "x.h5").read_bytes() == before
    run(toy("seed=8"), tmp_path / "x.h5", force=True)
    assert read_result(tmp_path / "x.h5").metadata.seed == 8


def test_a_new_title_is_no_other_configuration(toy: MakeConfig, tmp_path: Path) -> None:
    run(toy("noise_h=0.2"), tmp_path / "x.h5")
    with open_sweep(toy("noise_h=0.2", "title=better"), tmp_path / "x.h5") as sweep:
        assert not sweep.plan.blocks


def test_other_files_are_never_overwritten(toy: MakeConfig, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for force in (False, True):
        with pytest.raises(ResultFileError, match="Nothing was written"):
            run(toy(), tmp_path / "thesis.tex", force=force)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_stored_configuration_repeats_the_sweep(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("toys.scale=2.5", "beta_z=-inf", "title=Ü")
    run(config, tmp_path / "x.h5")
    text = read_result(tmp_path / "x.h5").metadata.config
    assert make_config(parse_toml(text, "stored"), TOYS).hash == config.hash


def test_lost_results_come_back_from_loose_blocks(toy: MakeConfig, tmp_path: Path) -> None:
    config, output = toy("noise_h=0.2"), tmp_path / "x.h5"
    with open_sweep(config, output) as sweep:
        blocks = sweep.run(InProcess())
        first = [next(blocks) for _ in range(4)]
        loose = {path.name: path.read_bytes() for path in blocks_directory(output).iterdir()}
        blocks.close()
    assert len(loose) == 4
    output.unlink()
    blocks_directory(output).mkdir()
    for name, content in loose.items():
        (blocks_directory(output) / name).write_bytes(content)
    again = run(config, output)
    assert not {block.key for block in first} & {block.key for block in again}
    assert read_result(output).complete


def test_the_file_is_brought_up_to_date_while_it_runs(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phasemap.sweeps.run._ASSEMBLY_SHARE", 1e9)
    with open_sweep(toy("noise_h=0.2"), tmp_path / "x.h5") as sweep:
        sweep.assemble_every = 0.0
        sizes = [read_file(tmp_path / "x.h5").progress[0] for _ in sweep.run(InProcess())]
    assert sorted(sizes) == sizes
    assert len(set(sizes)) > 4


def test_workers_use_one_thread(toy: MakeConfig) -> None:
    from phasemap.sweeps.environment import one_thread

    with one_thread():
        assert os.environ["OMP_NUM_THREADS"] == "1"


def test_an_empty_result_is_pending(toy: MakeConfig, tmp_path: Path) -> None:
    from phasemap.sweeps.files.skeleton import empty_result

    result = empty_result(toy())
    write_result(tmp_path / "x.h5", result)
    assert read_result(tmp_path / "x.h5").progress == (0, 61)
