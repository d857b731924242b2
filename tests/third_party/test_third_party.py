"""A source of under 40 lines from a package of its own: installed, found, checked and run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "listener-mbox"
ROOT = Path(__file__).parents[2]

CONFIG = """
[brands.norvia]
names = ["Norvia"]
[sources.list]
type = "mbox"
path = {archive}
[channels.out]
type = "log"
path = {out}
[[rules]]
name = "all"
send_to = ["out"]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the package is installed as pip installs it."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    run([*pip, *offline, str(PACKAGE)], dict(os.environ))
    path = os.pathsep.join([str(target), str(ROOT)])
    return dict(os.environ) | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def test_it_is_short() -> None:
    code = (PACKAGE / "listener_mbox/__init__.py").read_text()
    assert len(code.splitlines()) < 40


def test_it_passes_the_suite(installed: dict[str, str]) -> None:
    apart = ["-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest", "--rootdir", str(PACKAGE)]
    done = run([sys.executable, "-m", "pytest", *apart, str(PACKAGE)], installed)
    assert "9 passed, 1 skipped" in done.stdout


def test_it_runs(installed: dict[str, str], tmp_path: Path) -> None:
    archive = tmp_path / "archive.mbox"
    suite = (PACKAGE / "test_listener_mbox.py").read_text()
    archive.write_text(suite.split('"""')[3])
    config = tmp_path / "config.toml"
    out = tmp_path / "told.txt"
    config.write_text(CONFIG.format(archive=json.dumps(str(archive)), out=json.dumps(str(out))))
    listener = [sys.executable, "-m", "listener", "once", "--json", "--config", str(config)]
    counts = json.loads(run(listener, installed).stdout)
    assert (counts["posts_new"], counts["mentions_new"], counts["alerts_delivered"]) == (2, 1, 1)
    assert "lost my bag" in out.read_text()


def test_a_mistake_in_its_table_is_named(installed: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(archive='"a"\nsit = "b"', out='"o"'))
    check = [sys.executable, "-m", "listener", "check", "--config", str(config)]
    done = subprocess.run(check, env=installed, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "did you mean 'site'?" in done.stderr


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done
