"""Copy what browsers load into static/, each file with a hash of its content in its name, and list them in a manifest.

Third-party files come from npm, by the lock file; our own from assets/, and the verifiers that a reader runs or takes
home from verify/. Nothing is bundled or changed on the way, except that a comment naming a source map we do not serve
is left out.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
OWN = ROOT / "assets"
VERIFIERS = ROOT / "verify"
MODULES = ROOT / "node_modules"
TARGET = ROOT / "static"
VENDOR = {
    "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
}
SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=.*?\*/\s*$|//# sourceMappingURL=.*\s*$")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    install()
    files = {name: MODULES / path for name, path in VENDOR.items()}
    files |= {path.relative_to(OWN).as_posix(): path for path in sorted(OWN.rglob("*")) if path.is_file()}
    files |= {path.name: path for path in sorted(VERIFIERS.iterdir()) if path.is_file()}
    publish(files)


def install() -> None:
    """`npm ci`, unless it has been done for this very lock file."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    done = MODULES / ".lock-hash"
    if done.exists() and done.read_text() == lock:
        return
    print("Installing the browser packages", flush=True)
    # The machine's npm, else the one that set-up puts beside this Python, which looks for its node on the path.
    beside = Path(sys.executable).parent
    path = os.environ.get("PATH", os.defpath)
    npm = shutil.which("npm") or str(beside / "npm")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    result = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": f"{path}{os.pathsep}{beside}"})
    if result.returncode:
        raise SystemExit("npm ci failed: is the npm registry reachable?")
    done.write_text(lock)


def publish(files: dict[str, Path]) -> None:
    """Write static/<name>.<hash>.<ext> for each file, then the manifest, then drop what is no longer listed."""
    TARGET.mkdir(exist_ok=True)
    manifest = {}
    for name, path in files.items():
        content = SOURCE_MAP.sub(b"", path.read_bytes())
        stem, dot, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"
        manifest[name] = hashed
        replace(TARGET / hashed, content)
    replace(TARGET / "manifest.json", (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())
    for old in TARGET.rglob("*"):
        if old.is_file() and old.relative_to(TARGET).as_posix() not in {*manifest.values(), "manifest.json"}:
            old.unlink()


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step, so that a running service never reads half of it; leave an equal one alone."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    main()
