"""What many tests share: a local OpenML server over bundled data, and a knowledge base that was really collected."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

# the tests run side by side: the threads of one that wait for each other would take the processors from the others
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # LightGBM goes by it, too

from openml_stub import make_server
from threadpoolctl import threadpool_limits

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # started in the background of a shell, the tests, and all processes that they start, would never see Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def few_trees() -> Iterator[None]:
    """Benchmarks of the meta-model train it with 100 trees, enough for tables of one meta-feature."""
    from recommender.metamodel.model import MetaModel

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.measuring.matrix.MetaModel", partial(MetaModel, n_trees=100))
        yield


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny tables gain nothing from threads, and lose much where others use the processors."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def stub() -> Iterator[ThreadingHTTPServer]:
    """The running server, whose `requests` lists the paths that were asked for."""
    server = make_server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def openml_server(stub: ThreadingHTTPServer) -> str:
    """Address of an OpenML server with tasks 1 iris, 2 breast_cancer, 3 wine, 4 diabetes, and the suite `sklearn`."""
    return f"http://127.0.0.1:{stub.server_port}/api/v1/xml"


@pytest.fixture
def openml_cache(openml_server: str, tmp_path: Path) -> Iterator[Path]:
    """The client reads from the local server and keeps what it read in a folder of this test."""
    import openml

    from recommender.tables.openml import set_server

    before = openml.config.server, openml.config._root_cache_directory
    set_server(openml_server, str(tmp_path / "openml"))
    yield tmp_path / "openml"
    openml.config.server = before[0]
    openml.config.set_root_cache_directory(str(before[1]))
