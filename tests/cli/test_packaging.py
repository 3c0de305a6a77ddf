"""What is installed: the public API, and the wheel in an environment without cargo."""

from __future__ import annotations

import shutil
import subprocess
import venv
from pathlib import Path

import pytest

import chekhov

ROOT = Path(__file__).resolve().parents[2]


def test_the_public_api_is_all_there() -> None:
    for name in chekhov.__all__:
        assert getattr(chekhov, name).__name__ == name
    assert set(chekhov.__all__) <= set(dir(chekhov))
    with pytest.raises(AttributeError, match="no attribute 'plane'"):
        chekhov.plane  # noqa: B018


@pytest.mark.slow
def test_the_wheel_installs_without_cargo(tmp_path: Path) -> None:
    """Builds the wheel and, with nothing but it and its dependencies at hand, installs and runs it."""
    if shutil.which("make") is None or shutil.which("cargo") is None:
        pytest.skip("needs make and cargo to build the wheel")
    subprocess.run(["make", "--silent", "wheel"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = (ROOT / "dist").glob("chekhov-*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    assert shutil.which("cargo", path=bare["PATH"]) is None
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", ROOT / "dist" / "wheels", wheel],
        env=bare | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        check=True,
    )
    shutil.copytree(ROOT / "worlds", tmp_path / "worlds")
    done = subprocess.run(
        [environment / "bin" / "chekhov", "plan", "worlds/heist.story", "--max-acts", "12"],
        cwd=tmp_path,
        env=bare,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "proved shortest" in done.stdout
    page = tmp_path / "report.html"
    subprocess.run(
        [environment / "bin" / "chekhov", "check", "worlds/heist.story", "-o", page],
        cwd=tmp_path,
        env=bare,
        check=True,
        capture_output=True,
    )
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    done = subprocess.run([environment / "bin" / "chekhov", "explain"], env=bare, capture_output=True, text=True)
    assert "E0201" in done.stdout
    shipped = subprocess.run(
        [python, "-c", "import chekhov, pathlib; print(pathlib.Path(chekhov.__file__).parent)"],
        env=bare,
        capture_output=True,
        text=True,
    )
    package = Path(shipped.stdout.strip())
    assert package.is_relative_to(environment)
    assert {"py.typed", "_kernel.pyi", "codes.md"} <= {path.name for path in package.iterdir()}
    assert "base.story" in {path.name for path in (package / "std").iterdir()}
    rendering = package / "checking" / "rendering"
    assert {"page.html", "page.css"} <= {path.name for path in rendering.iterdir()}
