"""The package as users get it: built, installed beside nothing else of ours, and asked offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from sklearn.datasets import load_iris

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The Python of an environment that has the wheel, and of the rest what runs these tests."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def test_wheel_holds_the_package_and_its_knowledge(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {part for part in top if not part.endswith(".dist-info")} == {"recommender"}
    for name in ("manifest.json", "README.md", "origin.md", "evaluations.parquet", "metamodel/roc_auc.npz"):
        assert f"recommender/data/{name}" in names
    assert "recommender/py.typed" in names
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".sqlite", ".pyc"))]


def test_wheel_is_small(wheel):
    assert wheel.stat().st_size < 15e6


def test_installed_wheel_recommends_offline(installed, tmp_path):
    load_iris(as_frame=True).frame.to_csv(tmp_path / "iris.csv", index=False)
    asked = ["-m", "recommender", "recommend", "iris.csv", "--target", "target", "--format", "json"]
    offline = os.environ | {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([installed, *asked], cwd=tmp_path, capture_output=True, text=True, env=offline)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recommendations"][0]["rank"] == 1


def test_installed_wheel_finds_its_own_data(installed, tmp_path):
    code = "import recommender.manifest as f; print(f.shipped_folder())"
    shown = subprocess.run([installed, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(shown.strip()).is_relative_to(installed.parent.parent)
