"""Starting over deletes what the service made, when told to, and nothing else."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "fresh.py"


def fresh(folder: Path, *arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, env={"DATA_DIR": str(folder)}, input=answer, capture_output=True, text=True)


def used(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    (folder / "files").mkdir(parents=True)
    (folder / "market.sqlite3").write_text("rows")
    return folder


def test_it_asks_and_takes_only_yes(tmp_path: Path):
    folder = used(tmp_path)
    for answer in ("", "no\n", "y\n"):
        assert fresh(folder, answer=answer).returncode == 1
        assert folder.exists()
    assert fresh(folder, answer="yes\n").returncode == 0
    assert not folder.exists()


def test_it_does_not_ask_when_told_so(tmp_path: Path):
    folder = used(tmp_path)
    assert fresh(folder, "--yes").returncode == 0
    assert not folder.exists()
    assert fresh(folder, "--yes").returncode == 0


def test_a_folder_with_other_things_in_it_is_kept(tmp_path: Path):
    folder = used(tmp_path)
    (folder / "thesis.docx").write_text("mine")
    refused = fresh(folder, "--yes")
    assert refused.returncode == 1 and "thesis.docx" in refused.stderr
    assert (folder / "market.sqlite3").exists()
