"""Pictures are drawn once: what is kept of them is checked, and costs time when it is lost."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from painted import gradient, save
from PIL import Image

from generator.images import Images
from generator.pictures import picture_cache, workshop
from generator.pictures.renditions import Order


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "media").mkdir()
    return tmp_path


def test_the_same_picture_makes_the_same_bytes_in_another_folder(tmp_path):
    made = []
    for name in ("one", "two"):
        (tmp_path / name / "media").mkdir(parents=True)
        save(tmp_path / name, "a.png", gradient((900, 600)))
        images = Images(tmp_path / name)
        images.prepare(["a.png"])
        made.append({blob.address: images.read(blob) for blob in images.blobs()})
    assert made[0] == made[1]


def spent_drawing(images, names):
    started = []
    images.prepare(names, lambda done, of: started.append((done, of)))
    return started


def test_progress_counts_drawn_pictures_and_nothing_is_drawn_twice(shop):
    save(shop, "a.png", gradient((400, 400)))
    save(shop, "b.png", gradient((401, 400)))
    shutil.copy(shop / "media" / "a.png", shop / "media" / "same.png")
    names = ["a.png", "b.png", "same.png"]
    assert spent_drawing(Images(shop), names) == [(1, 2), (2, 2)]
    assert spent_drawing(Images(shop), names) == []


def settle(shop):
    """Let the files grow old enough for their times to be trusted."""
    for path in (shop / "media").rglob("*.*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    time.sleep(0.15)


def test_an_unchanged_picture_is_not_opened(shop):
    save(shop, "a.png", gradient((400, 400)))
    settle(shop)
    Images(shop).prepare(["a.png"])
    script = (
        "import sys; from pathlib import Path; from generator.images import Images\n"
        "watch = lambda event, args: event == 'open' and str(args[0]).endswith('a.png') and sys.exit('opened')\n"
        f"sys.addaudithook(watch); images = Images(Path({str(shop)!r})); images.prepare(['a.png'])\n"
        "print(images.digest('a.png'), 'PIL.Image' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == [Images(shop).digest("a.png"), "False"]


def test_a_changed_picture_is_drawn_again_even_with_the_same_time_and_size(shop):
    path = save(shop, "a.bmp.png", Image.new("RGB", (400, 400), "#102030"), compress_level=0)
    settle(shop)
    first = Images(shop).digest("a.bmp.png")
    size = path.stat().st_size
    Image.new("RGB", (400, 400), "#302010").save(path, compress_level=0)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert path.stat().st_size == size
    assert Images(shop).digest("a.bmp.png") != first


def test_g69_a_damaged_cache_is_noticed_and_the_picture_drawn_again(shop):
    save(shop, "a.png", gradient((400, 400)))
    images = Images(shop)
    images.prepare(["a.png"])
    good = {blob.address: images.read(blob) for blob in images.blobs()}
    for path in (shop / "var" / "cache" / "pictures").rglob("*.avif"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    again = Images(shop)
    again.prepare(["a.png"])
    assert {blob.address: again.read(blob) for blob in again.blobs()} == good


@pytest.mark.parametrize("harm", ["index-garbage", "index-gone", "set-gone", "all-gone", "other-recipe"])
def test_g69_a_lost_or_foreign_cache_costs_time_and_nothing_else(shop, harm, monkeypatch):
    save(shop, "a.png", gradient((400, 400)))
    images = Images(shop)
    images.prepare(["a.png"])
    good = {blob.address: images.read(blob) for blob in images.blobs()}
    cache = shop / "var" / "cache" / "pictures"
    if harm == "index-garbage":
        (cache / "index").write_bytes(b"\x93\xff\x00garbage")
    elif harm == "index-gone":
        (cache / "index").unlink()
    elif harm == "set-gone":
        next(cache.rglob("set")).unlink()
    elif harm == "all-gone":
        shutil.rmtree(cache)
    else:
        monkeypatch.setattr(picture_cache, "RECIPE", "another")
    again = Images(shop)
    again.prepare(["a.png"])
    assert {blob.address: again.read(blob) for blob in again.blobs()} == good


def test_g68_a_link_planted_in_the_cache_is_not_followed(shop, tmp_path):
    save(shop, "a.png", gradient((400, 400)))
    images = Images(shop)
    images.prepare(["a.png"])
    place = next((shop / "var" / "cache" / "pictures").rglob("set")).parent
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / "precious").write_text("keep")
    shutil.rmtree(place)
    place.symlink_to(target)
    again = Images(shop)
    again.prepare(["a.png"])
    assert all(again.read(blob) for blob in again.blobs())
    assert sorted(path.name for path in target.iterdir()) == ["precious"]


def test_a_full_disk_is_a_fault_and_leaves_no_half_set(shop, monkeypatch):
    save(shop, "a.png", gradient((400, 400)))
    monkeypatch.setattr(
        workshop.Worker, "draw", lambda _self, order: (_ for _ in ()).throw(OSError(28, "full", order.target))
    )
    images = Images(shop)
    with pytest.raises(OSError, match="full"):
        images.prepare(["a.png"])
    assert [path for path in (shop / "var" / "cache" / "pictures").rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    images.prepare(["a.png"])
    assert images.refused == {}


def test_a_child_that_cannot_write_reports_the_systems_words(shop):
    save(shop, "a.png", gradient((400, 400)))
    worker = workshop.Worker()
    try:
        with pytest.raises(OSError, match="No such file"):
            worker.draw(Order(source=str(shop / "media" / "a.png"), target=str(shop / "nowhere")))
    finally:
        worker.close()
