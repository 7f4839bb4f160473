"""Servers that do not answer, or not as they are to: an end comes in time, and one error says why."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from recommender.errors import OutputError, ServerError
from recommender.tables import downloads, patience
from recommender.tables.downloads import BoundedSession, download, kept
from recommender.tables.openml import read_suite, set_server
from recommender.tables.patience import Patience

Answer = Callable[[BaseHTTPRequestHandler], None]


def headers(handler: BaseHTTPRequestHandler, *more: tuple[str, str]) -> None:
    handler.send_response(200)
    for name, value in more:
        handler.send_header(name, value)
    handler.end_headers()


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    handler.server.ended.wait(20)


def stops_halfway(handler: BaseHTTPRequestHandler) -> None:
    headers(handler, ("Content-Length", "1000"))
    handler.wfile.write(b"half")
    handler.wfile.flush()
    handler.server.ended.wait(20)


def never_ends(handler: BaseHTTPRequestHandler) -> None:
    headers(handler)
    while not handler.server.ended.is_set():
        handler.wfile.write(b" " * 2**16)


def drips(handler: BaseHTTPRequestHandler) -> None:
    headers(handler)
    while not handler.server.ended.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def explodes(handler: BaseHTTPRequestHandler) -> None:
    packed = gzip.compress(b" " * 2**24)
    headers(handler, ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))))
    handler.wfile.write(packed)


def goes_in_circles(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def points_on_and_on(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/other")
    handler.end_headers()
    while not handler.server.ended.is_set():
        handler.wfile.write(b" " * 2**16)


def points_to_a_file(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "file:///etc/passwd")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def is_a_page(handler: BaseHTTPRequestHandler) -> None:
    body = b"<html>\x1b[2J[red]Hello</html>"
    headers(handler, ("Content-Length", str(len(body))))
    handler.wfile.write(body)


ANSWERS: list[Answer] = [
    says_nothing,
    stops_halfway,
    never_ends,
    drips,
    explodes,
    goes_in_circles,
    points_on_and_on,
    points_to_a_file,
    is_a_page,
]
BAD: list[Answer] = [answer for answer in ANSWERS if answer is not is_a_page]


@pytest.fixture
def hostile(monkeypatch) -> Iterator[Callable[[Answer], str]]:
    """The address of a server that answers everything in one way, while patience and room are short."""
    short = Patience(silence=0.3, answer=0.5, tries=1, answer_bytes=2**20, file_bytes=2**20)
    monkeypatch.setattr(patience, "current", short)
    monkeypatch.setattr(downloads, "PART", 1)
    servers: list[ThreadingHTTPServer] = []

    def serve(answer: Answer) -> str:
        if answer in (never_ends, explodes):
            monkeypatch.setattr(downloads, "PART", 2**16)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except OSError:  # the client has heard enough
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.ended = threading.Event()
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.ended.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("answer", BAD)
def test_a_download_comes_to_an_end_and_leaves_nothing(tmp_path, hostile, answer):
    begun = time.monotonic()
    with pytest.raises(requests.RequestException):
        download(f"{hostile(answer)}/a", tmp_path / "folder" / "a")
    assert time.monotonic() - begun < 5
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_client_of_openml_comes_to_an_end(openml_cache, hostile, answer):
    set_server(hostile(answer))
    begun = time.monotonic()
    with pytest.raises(ServerError, match="suite"):
        read_suite("any")
    assert time.monotonic() - begun < 5


def test_others_who_ask_by_requests_are_not_concerned(openml_cache):
    read_suite("sklearn")
    assert requests.Session is not BoundedSession


def test_what_is_not_what_its_checksum_says_is_not_kept(tmp_path, hostile):
    address = hostile(is_a_page)
    with pytest.raises(requests.RequestException, match="another file than its checksum"):
        download(address, tmp_path / "a", md5="0" * 32)
    assert list(tmp_path.iterdir()) == []
    assert download(address, tmp_path / "a").read_bytes().startswith(b"<html>")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, hostile):
    (tmp_path / "folder").write_text("no folder")
    with pytest.raises(OutputError, match=r"cannot keep what the server sends in .*folder"):
        download(hostile(is_a_page), tmp_path / "folder" / "a")


@pytest.mark.parametrize("error", [requests.ConnectionError(), ServerError("gone"), TimeoutError()])
def test_the_servers_faults_stay_the_servers(error):
    with pytest.raises(type(error)), kept(Path("any")):
        raise error
