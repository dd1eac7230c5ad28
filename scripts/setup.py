"""Prepare the checkout with the standard library alone: .venv from the lock files, hashed assets, translations.

Each step leaves a stamp, the hash of what it was made from, and is skipped while that is unchanged. A .venv whose
packages have no stamp was left half made, and is made anew. A .venv that is a link belongs to another checkout, which
makes it: it is used as it is.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
NO_PIP = """{python} cannot make virtual environments. On Debian or Ubuntu install the missing part and try again:

    apt-get install python{version}-venv
"""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if not VENV.is_symlink():
        make_environment()
        install_packages()
    run(BIN / "python", ROOT / "scripts" / "assets.py")
    compile_translations()


def make_environment() -> None:
    made_from = f"{sys.version} {ROOT}"
    whole = (BIN / "python").exists() and (STAMPS / "packages").exists()
    if whole and stamped("python", [ROOT / "requirements" / "uv.txt"], made_from):
        return
    if find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SystemExit(NO_PIP.format(python=sys.executable, version=version))
    print("Making .venv", flush=True)
    venv.create(VENV, with_pip=True, clear=VENV.exists())
    run(
        BIN / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        "requirements/uv.txt",
    )
    stamp("python", [ROOT / "requirements" / "uv.txt"], made_from)


def install_packages() -> None:
    """Everything in dev.txt, and Node.js only on a machine without npm."""
    names = ["uv", "dev"] if shutil.which("npm") else ["uv", "dev", "node"]
    locks = [ROOT / "requirements" / f"{name}.txt" for name in names]
    if stamped("packages", locks):
        return
    print("Installing the locked requirements", flush=True)
    (STAMPS / "packages").unlink(missing_ok=True)
    how = ("--quiet", "--require-hashes", "--compile-bytecode", "--python", BIN / "python")
    run(BIN / "uv", "pip", "sync", *how, *locks)
    stamp("packages", locks)


def compile_translations() -> None:
    for source in sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(".draft")
            run(BIN / "pybabel", "--quiet", "compile", "--input-file", source, "--output-file", draft)
            draft.replace(target)


def run(*command: str | Path) -> None:
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    result = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment)
    if result.returncode:
        raise SystemExit(f"{Path(str(command[0])).name} failed: see above")


def stamped(name: str, sources: Iterable[Path], extra: str = "") -> bool:
    path = STAMPS / name
    return path.exists() and path.read_text() == digest(sources, extra)


def stamp(name: str, sources: Iterable[Path], extra: str = "") -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(digest(sources, extra))


def digest(sources: Iterable[Path], extra: str) -> str:
    total = hashlib.sha256(extra.encode())
    for source in sources:
        total.update(source.read_bytes())
    return total.hexdigest()


if __name__ == "__main__":
    main()
