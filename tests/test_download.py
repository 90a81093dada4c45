"""The download path against a server on this machine: mirrors, damage, breaks, disks that refuse, crowds."""

import errno
import hashlib
import http.server
import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from dlkit import data, download
from dlkit.download import RemoteFile, obtain
from dlkit.errors import DataMissing

REAL = Path(os.environ.get("DLKIT_TEST_DATASETS", Path(__file__).resolve().parents[2] / "shared" / "datasets"))
CONTENT = np.random.default_rng(7).bytes(300_000)
NAME = "set/values.bin"


class Mirror:
    """A small web server in a thread; a path answers with bytes or with a function of the request's handler."""

    def __init__(self, answers):
        mirror = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.asked.append((self.path, self.headers.get("Range")))
                answer = answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                elif callable(answer):
                    answer(self)
                else:
                    ranged(answer)(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def ranged(content, *, breaks_at=None):
    """Answer with the content, in the middle where asked so; or break the connection after some bytes."""

    def answer(handler):
        start = int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start : None if breaks_at is None else start + breaks_at])

    return answer


def whole_only(content):
    """Answer with the whole content whatever range is asked for."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def wanted(*urls):
    return RemoteFile(NAME, len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), urls)


def left(folder):
    """What a user sees in the folder; lock files are hidden."""
    return sorted(path.name for path in (folder / "set").iterdir() if not path.name.startswith("."))


@pytest.fixture(autouse=True)
def _no_school_mirror(monkeypatch):
    monkeypatch.delenv("DLKIT_DATA_URL", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout (DLKIT_TEST_DATASETS)")
def test_the_real_files_pass_by_a_real_server(tmp_path, monkeypatch):
    with Mirror({f"/{file.name}": file.read_bytes() for file in REAL.iterdir()}) as mirror:
        monkeypatch.setenv("DLKIT_DATA_URL", mirror.url)
        monkeypatch.setenv("DLKIT_DATA", str(tmp_path))
        assert data.fetch("tiny_shakespeare").startswith("First Citizen:")
        reviews = data.fetch("movie_reviews")
        assert len(reviews.positive) == len(reviews.negative) == 5331
        images, classes = (obtain(file, tmp_path) for file in data.remote.REMOTE["mnist"][2:])
    assert data.read_idx(images).shape == (10_000, 28, 28)
    assert np.bincount(data.read_idx(classes)).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_a_file_is_fetched_once_and_then_found(tmp_path):
    with Mirror({"/a": CONTENT}) as mirror:
        for _ in range(2):
            assert obtain(wanted(mirror.url + "/a"), tmp_path).read_bytes() == CONTENT
        assert len(mirror.asked) == 1
    assert left(tmp_path) == ["values.bin"]
    if os.name == "posix":
        assert (tmp_path / NAME).stat().st_mode & 0o044 == 0o044  # readable for everybody who shares the folder


def test_a_file_placed_by_hand_needs_no_network(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(CONTENT)
    assert obtain(wanted("http://127.0.0.1:9/nobody"), tmp_path) == tmp_path / NAME


def test_the_second_mirror_is_asked_when_the_first_fails(tmp_path):
    with Mirror({"/good": CONTENT}) as mirror:
        path = obtain(wanted("http://127.0.0.1:9/nobody", mirror.url + "/gone", mirror.url + "/good"), tmp_path)
        assert path.read_bytes() == CONTENT
        assert [asked for asked, _ in mirror.asked] == ["/gone", "/good"]


def test_the_school_mirror_comes_first_as_url_and_as_folder(tmp_path, monkeypatch):
    with Mirror({"/school/set/values.bin": CONTENT, "/public": CONTENT}) as mirror:
        monkeypatch.setenv("DLKIT_DATA_URL", mirror.url + "/school/")
        obtain(wanted(mirror.url + "/public"), tmp_path / "one")
        assert [asked for asked, _ in mirror.asked] == ["/school/set/values.bin"]
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "values.bin").write_bytes(CONTENT)
    for number, base in enumerate((str(tmp_path / "stick"), f"file://{tmp_path / 'stick'}")):
        monkeypatch.setenv("DLKIT_DATA_URL", base)
        assert obtain(wanted(), tmp_path / str(number)).read_bytes() == CONTENT


def test_nothing_wrong_is_ever_used_and_every_reason_is_told(tmp_path, monkeypatch):
    wrong = bytes(len(CONTENT))
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "values.bin").write_bytes(CONTENT[:100])
    monkeypatch.setenv("DLKIT_DATA_URL", str(tmp_path / "stick"))
    answers = {"/wrong": wrong, "/page": b"<html>please log in</html>", "/early": ranged(CONTENT, breaks_at=1000)}
    with Mirror(answers) as mirror:
        urls = [f"{mirror.url}/{path}" for path in ("wrong", "page", "gone", "early")]
        with pytest.raises(DataMissing) as caught:
            obtain(wanted(*urls, "http://127.0.0.1:9/x"), tmp_path)
    message = str(caught.value)
    for part in (
        "set/values.bin could not be fetched",
        f"{tmp_path / 'stick'}/set/values.bin\n    No such file or directory",
        f"{tmp_path / 'stick'}/values.bin\n    another file: 100 bytes instead of 300,000",
        "/wrong\n    the content is not the expected one (wrong SHA-256)",
        "/page\n    another file: 26 bytes instead of 300,000",
        "/gone\n    the server answers 404 Not Found",
        "/early\n    the connection broke off",
        "http://127.0.0.1:9/x\n    no connection",
        f"put it into the folder\n  {tmp_path / 'set'}\nunder the name\n  values.bin",
        "DLKIT_DATA_URL",
        "0.3 MB",
    ):
        assert part in message
    assert left(tmp_path) == ["values.bin.part"]  # what the last mirror sent, to be continued; never the name itself


def test_a_broken_download_is_continued_where_it_stopped(tmp_path):
    with Mirror({"/early": ranged(CONTENT, breaks_at=1 << 17), "/good": CONTENT}) as mirror:
        path = obtain(wanted(mirror.url + "/early", mirror.url + "/good"), tmp_path)
        assert path.read_bytes() == CONTENT
        assert mirror.asked == [("/early", None), ("/good", "bytes=131072-")]
    assert left(tmp_path) == ["values.bin"]


@pytest.mark.parametrize("server", [ranged, whole_only])
@pytest.mark.parametrize("start", [CONTENT[:1000], b"x" * 1000, CONTENT + b"too long"])
def test_whatever_lies_in_the_part_file_the_result_is_whole(tmp_path, server, start):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "values.bin.part").write_bytes(start)
    with Mirror({"/good": server(CONTENT)}) as mirror:
        assert obtain(wanted(mirror.url + "/good"), tmp_path).read_bytes() == CONTENT
    assert left(tmp_path) == ["values.bin"]


def test_a_wrong_part_file_does_not_stop_a_mirror_that_is_a_folder(tmp_path, monkeypatch):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "values.bin.part").write_bytes(b"x")
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "values.bin").write_bytes(bytes(len(CONTENT)))
    monkeypatch.setenv("DLKIT_DATA_URL", str(tmp_path / "stick"))
    with pytest.raises(DataMissing, match="wrong SHA-256"):
        obtain(wanted(), tmp_path)


def test_a_damaged_copy_is_kept_aside_and_fetched_afresh(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(CONTENT[:-1] + b"?")
    with Mirror({"/good": CONTENT}) as mirror, pytest.warns(UserWarning, match="was damaged; it is kept as"):
        path = obtain(wanted(mirror.url + "/good"), tmp_path)
    assert path.read_bytes() == CONTENT
    aside = next(path.parent.glob("values.bin.damaged-*"))
    assert aside.read_bytes() == CONTENT[:-1] + b"?"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere, Windows has other rights")
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(DataMissing, match="read-only"):
        obtain(wanted(), tmp_path)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk of .* is full. Free 0.3 MB"),
        (errno.EROFS, "is read-only for you. Set DLKIT_DATA to a folder of your own"),
        (errno.EACCES, "is read-only for you"),
        (errno.EIO, "Input/output error"),
    ],
)
@pytest.mark.parametrize("where", ["mkdir", "write"])
def test_a_disk_that_refuses_is_told_in_one_message(tmp_path, monkeypatch, number, says, where):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    if where == "mkdir":
        monkeypatch.setattr(Path, "mkdir", refuse)
    else:
        monkeypatch.setattr(download.os, "replace", refuse)
    with Mirror({"/good": CONTENT}) as mirror, pytest.raises(DataMissing, match=says):
        obtain(wanted(mirror.url + "/good"), tmp_path)
    assert not (tmp_path / NAME).exists()


def test_a_read_only_folder_that_has_the_file_serves_it(tmp_path, monkeypatch):
    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(CONTENT)

    def refuse(*_, **__):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert obtain(wanted(), tmp_path).read_bytes() == CONTENT


def test_where_no_lock_is_to_be_had_the_file_comes_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(download.lock, "held", lambda *_, **__: nullcontext(False))
    with Mirror({"/early": ranged(CONTENT, breaks_at=10), "/good": CONTENT}) as mirror:
        assert obtain(wanted(mirror.url + "/early", mirror.url + "/good"), tmp_path).read_bytes() == CONTENT
    assert left(tmp_path) == ["values.bin"]
    if os.name == "posix":
        assert (tmp_path / NAME).stat().st_mode & 0o044 == 0o044  # temporary files are private, this one must not stay so


def test_processes_that_fetch_at_once_download_once(tmp_path):
    slow = threading.Event()

    def answer(handler):
        slow.wait(1)  # the others must find the download under way
        whole_only(CONTENT)(handler)

    with Mirror({"/good": answer}) as mirror:
        script = (
            "import sys; from pathlib import Path; from dlkit.download import RemoteFile, obtain\n"
            f"print(obtain({wanted(mirror.url + '/good')!r}, Path(sys.argv[1])).stat().st_size)"
        )
        line = [sys.executable, "-c", script, tmp_path]
        crowd = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        assert [process.communicate(timeout=60)[0].strip() for process in crowd] == [str(len(CONTENT))] * 3
        assert len(mirror.asked) == 1
    assert (tmp_path / NAME).read_bytes() == CONTENT
