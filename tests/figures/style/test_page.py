import matplotlib
import numpy as np
import pytest
from PIL import Image

from phasemap.errors import PhasemapError, ResultFileError
from phasemap.figures.draw import Request, draw
from phasemap.figures.style.page import FORMATS, save, style


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_result_gives_the_same_file(plane, tmp_path, suffix):
    files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for file in files:
        save(draw(plane, Request(width="single")), file, "toy", "0123")
    one, other = (file.read_bytes() for file in files)
    assert one == other
    assert b"20" + b"26-" not in one and b"CreationDate" not in one


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_file_says_what_it_was_made_from(plane, tmp_path, suffix):
    file = tmp_path / f"a.{suffix}"
    save(draw(plane, Request(width="single")), file, "toy", "0123456789")
    assert b"0123456789" in file.read_bytes()


def test_text_and_lines_stay_vectors(plane, tmp_path):
    file = tmp_path / "a.svg"
    save(draw(plane, Request(width="single")), file)
    content = file.read_text()
    assert content.count("<image") <= 3  # the map's cells and the colour bar
    assert content.count("<path") > 50


def test_the_users_settings_are_neither_used_nor_changed(plane):
    with matplotlib.rc_context({"font.size": 31.0, "axes.facecolor": "black"}):
        figure = draw(plane, Request())
        assert figure.axes[0].xaxis.label.get_fontsize() == 8.0
        assert matplotlib.rcParams["font.size"] == 31.0
    with style():
        assert matplotlib.rcParams["svg.hashsalt"] == "phasemap"


@pytest.mark.parametrize("name", ["figure", "figure.jpg", "figure.h5"])
def test_formats_that_are_not_known_are_explained(plane, tmp_path, name):
    with pytest.raises(PhasemapError, match=r"\.png, \.pdf, \.svg"):
        save(draw(plane, Request()), tmp_path / name)


def test_an_unwritable_place_is_explained_and_leaves_nothing(plane, tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ResultFileError, match="it is a folder"):
        save(draw(plane, Request()), tmp_path / "a.png")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_compact_bitmap_is_small_the_same_every_time_and_shows_the_same_colours(plane, tmp_path):
    figure = draw(plane, Request())
    save(figure, tmp_path / "whole.png", "A title", "abc")
    for name in ("few.png", "again.png"):
        save(figure, tmp_path / name, "A title", "abc", compact=True)
    whole, few = Image.open(tmp_path / "whole.png"), Image.open(tmp_path / "few.png")
    assert (tmp_path / "few.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    assert (tmp_path / "few.png").stat().st_size < 0.5 * (tmp_path / "whole.png").stat().st_size
    assert (few.size, few.info["Title"], few.info["Source"]) == (whole.size, "A title", "configuration abc")
    assert few.info["dpi"] == pytest.approx(whole.info["dpi"], rel=1e-3)
    off = np.abs(np.asarray(whole.convert("RGB"), int) - np.asarray(few.convert("RGB"), int)).max(axis=-1)
    assert off.max() <= 16 and off.mean() < 2.0
