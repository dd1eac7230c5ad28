"""Preparing a checkout leaves alone what belongs to another one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def test_an_environment_that_is_linked_is_used_as_it_is(tmp_path: Path):
    checkout, lent = tmp_path / "checkout", tmp_path / "lent"
    for folder in (checkout / "scripts", checkout / "translations", lent / "bin"):
        folder.mkdir(parents=True)
    shutil.copy(SCRIPTS / "setup.py", checkout / "scripts")
    (checkout / "scripts" / "assets.py").write_text("")
    (lent / "bin" / "python").symlink_to(sys.executable)
    (checkout / ".venv").symlink_to(lent)
    command = [sys.executable, str(checkout / "scripts" / "setup.py")]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.relative_to(lent) for path in sorted(lent.rglob("*"))] == [Path("bin"), Path("bin/python")]
