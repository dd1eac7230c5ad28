"""Delete the data folder after asking, so that the next start begins with an empty service."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402

OURS = {"market.sqlite3", "market.sqlite3-wal", "market.sqlite3-shm", "seal", "secret", "mail", "files"}


def main(yes: bool) -> None:
    settings = config.load(os.environ | dict.fromkeys(config.KEYS, "not needed here"))
    folder: Path = settings["DATA_DIR"]
    if not folder.exists():
        print(f"{folder} does not exist: the next `make run` starts from nothing.")
        return
    strangers = sorted(path.name for path in folder.iterdir() if path.name not in OURS)
    if strangers:
        raise SystemExit(f"{folder} is kept: it holds what this service did not make ({', '.join(strangers[:5])}).")
    if not yes and not asked(f"Delete everything in {folder}? Type yes to go on: "):
        raise SystemExit("Nothing was deleted.")
    shutil.rmtree(folder)
    print(f"{folder} is deleted: the next `make run` starts from nothing.")
    if not settings["DATABASE_URL"].startswith("sqlite"):
        print("The database of DATABASE_URL was not touched.")


def asked(question: str) -> bool:
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False


if __name__ == "__main__":
    main("--yes" in sys.argv[1:])
