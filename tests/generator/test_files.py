"""Files are written whole or not at all, and only where they may be."""

import errno
import os
import subprocess
import sys

import pytest

from generator import files


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_bytes(b"old")
    files.atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["shop.yaml"]


def test_a_failed_write_leaves_the_old_bytes_and_no_temporary_file(tmp_path):
    path = tmp_path / "page"
    path.write_bytes(b"old")
    script = (
        "import resource, signal, sys; from pathlib import Path; from generator import files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: files.atomic_write(Path(sys.argv[1]), b'x' * 10000)\n"
        "except OSError as error: sys.exit(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == errno.EFBIG
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["page"]


def test_a_link_in_the_place_of_a_file_is_replaced_not_followed_g68(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    path = tmp_path / "page"
    path.symlink_to(victim)
    files.atomic_write(path, b"new")
    assert victim.read_bytes() == b"mine"
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()


def test_a_link_in_the_place_of_a_folder_is_refused_g68(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "out"
    root.mkdir()
    (root / "products").symlink_to(outside)
    with pytest.raises(files.RefusedError) as refused:
        files.make_folder(root, "products/tea")
    assert refused.value.code == "output-link"
    assert names(outside) == []


@pytest.mark.parametrize("folder", ["/", str(files.Path.home())])
def test_a_root_and_a_home_are_never_claimed_g67(folder):
    with pytest.raises(files.RefusedError) as refused:
        files.claim(files.Path(folder))
    assert refused.value.code == "output-forbidden"


def test_a_shop_is_never_claimed_g67(tmp_path):
    (tmp_path / "shop.yaml").write_text("name: Tea\n")
    with pytest.raises(files.RefusedError) as refused:
        files.claim(tmp_path)
    assert refused.value.code == "output-forbidden"


def test_a_folder_with_foreign_files_is_not_claimed_and_stays_as_it_is_g67(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(files.RefusedError) as refused:
        files.claim(tmp_path)
    assert refused.value.code == "output-foreign"
    assert names(tmp_path) == ["thesis.txt"]


def test_an_empty_folder_and_our_own_are_claimed(tmp_path):
    out = tmp_path / "out"
    files.claim(out)
    (out / "index.html").write_text("ours")
    files.claim(out)
    assert names(out) == [files.MARKER, "index.html"]


def test_a_file_in_the_place_of_the_output_is_refused_g59(tmp_path):
    out = tmp_path / "out"
    out.write_text("a file")
    with pytest.raises(files.RefusedError) as refused:
        files.claim(out)
    assert refused.value.code == "output-file"


def test_a_lock_names_the_process_that_holds_it_g62(tmp_path):
    path = tmp_path / "build.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys; from pathlib import Path; from generator import files\n"
                "with files.lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
            ),
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(files.BusyError) as busy, files.lock(path):
        pass
    assert busy.value.pid == str(holder.pid)
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with files.lock(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays_g60(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, living, own = (tmp_path / name for name in (f".a.{dead.pid}.tmp", f".b.{os.getpid()}.tmp", ".c.tmp"))
    for each in (left, living, own):
        each.write_text("half")
    files.sweep(tmp_path.iterdir())
    assert [each.exists() for each in (left, living, own)] == [False, True, True]
