"""How a server is asked: with an end to waiting, and to what it may send.

The `openml` client asks without either. It is given sessions that have them, and what tables and splits need is
downloaded here, since the client keeps both as pickles beside what it was sent.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, HTTPError, RequestException

from recommender.errors import OutputError, RecommenderError, one_line
from recommender.tables import patience
from recommender.words import duration

PART = 2**16
"""Bytes that are read at once."""


class BoundedSession(requests.Session):
    """A session in which every answer comes in time, and is no larger than it may be.

    Examples
    --------
    >>> BoundedSession().max_redirects
    5
    """

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = 5
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())


class _Adapter(HTTPAdapter):
    def send(  # type: ignore[override]
        self, request: Any, stream: bool = False, timeout: Any = None, **options: Any
    ) -> requests.Response:
        """The answer, read whole; or as a stream where that was asked for, to be read by `parts`."""
        now = patience.current
        response = super().send(request, stream=True, timeout=(now.connecting, now.silence), **options)
        if response.is_redirect:  # whose own content nobody wants
            response._content, response._content_consumed = b"", True
            response.close()
        elif not stream:
            response._content = b"".join(parts(response, now.answer_bytes))  # as requests itself keeps it
        return response


def bound_client(client: Any) -> None:
    """Let the `openml` client ask by bounded sessions; whoever else uses `requests` is not concerned."""
    calls = client._api_calls
    if calls.requests is requests:
        calls.requests = SimpleNamespace(**vars(requests) | {"Session": BoundedSession})


@contextmanager
def kept(path: Path) -> Iterator[None]:
    """What fails in the block fails since nothing can be kept at `path`, unless it is the server that failed."""
    try:
        yield
    except (RecommenderError, RequestException, ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise OutputError(
            f"cannot keep what the server sends in {path.parent}: {error.strerror or one_line(error)}. Give a folder "
            "that can be written, with --cache or by the variable OPENML_CACHE_DIR"
        ) from error


def parts(response: requests.Response, most: int) -> Iterator[bytes]:
    """What a server sends, unpacked, part by part; an error where it is too much or takes too long.

    Raises
    ------
    RequestException
        If the answer is larger than `most` bytes, or is not whole in time.
    """
    n_bytes, within = 0, patience.current.answer
    until = time.monotonic() + within
    with response:
        for part in response.iter_content(PART):
            n_bytes += len(part)
            if n_bytes > most:
                raise RequestException(f"it sends more than {most / 2**20:,.0f} MiB, and no more is read")
            if time.monotonic() > until:
                raise RequestException(f"it has not sent all after {duration(within)}")
            yield part


def download(address: str, path: Path, *, md5: str | None = None) -> Path:
    """A file of a server, kept at `path`, whole or not at all; not asked for again once it is there.

    Parameters
    ----------
    address : str
        Where it is, by HTTP or HTTPS.
    path : Path
        Where it goes. Its folder is made.
    md5 : str, optional
        What its content is checked by.

    Raises
    ------
    RequestException
        If the server does not give the file, or another one than it says.
    OutputError
        If it cannot be kept.
    """
    if path.is_file():
        return path
    for number in range(1, patience.current.tries + 1):
        try:
            return _downloaded(address, path, md5)
        except (requests.ConnectionError, ChunkedEncodingError, HTTPError) as error:
            if number == patience.current.tries or is_gone(error):
                raise
            time.sleep(number)
    raise AssertionError


def is_gone(error: RequestException) -> bool:
    """Whether a server says that it does not have what was asked, or not for everyone; asking later does not help."""
    status = error.response.status_code if error.response is not None else 0
    return 400 <= status < 500 and status not in (408, 429)


def _downloaded(address: str, path: Path, md5: str | None) -> Path:
    part = path.with_name(f"{path.name}.{time.monotonic_ns()}.part")
    found = hashlib.md5(usedforsecurity=False)
    try:
        with BoundedSession() as session:
            response = session.get(address, stream=True)
            if response.status_code != 200:
                raise HTTPError(f"{address[:200]} answers with status {response.status_code}", response=response)
            with kept(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            with kept(path), part.open("wb") as file:
                for piece in parts(response, patience.current.file_bytes):
                    file.write(piece)
                    found.update(piece)
        if md5 and found.hexdigest() != md5.strip().lower():
            raise RequestException(f"{address[:200]} sends another file than its checksum is of")
        with kept(path):
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path
