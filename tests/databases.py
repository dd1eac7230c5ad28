"""The databases of the tests: SQLite files, and a throw-away PostgreSQL cluster shared by all workers of one run."""

import fcntl
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, MetaData

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "jit": "off",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest if several, or None."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = [path for path in (shutil.which("initdb"), *installed[-1:]) if path]
    return Path(found[-1]).resolve().parent if found else None


class Cluster:
    """One PostgreSQL server for one test run. Whichever worker needs it first starts it; `stop` ends it.

    `shared` is a folder all workers see; the server itself lives in a folder of its own that an ordinary user owns,
    because PostgreSQL refuses to run as root.
    """

    def __init__(self, shared: Path):
        self.note = shared / "postgresql-folder"
        self.lock = shared / "postgresql-lock"

    def start(self) -> Path:
        """The folder of the running server, which is also that of its socket."""
        with locked(self.lock):
            if not self.note.exists():
                folder = Path(tempfile.mkdtemp(prefix="pg-"))
                self.note.write_text(str(folder))
                self._launch(folder)
            return Path(self.note.read_text())

    def stop(self) -> None:
        with suppress(FileNotFoundError):
            folder = Path(self.note.read_text())
            self._run(folder, "pg_ctl", "stop", "-m", "immediate", "-D", folder / "data", check=False)
            shutil.rmtree(folder, ignore_errors=True)
            self.note.unlink()

    def create(self, name: str, like: str = "template1") -> str:
        """A new database, empty or as the one of the name `like` is; its address for SQLAlchemy."""
        folder = self.start()
        with psycopg.connect(host=str(folder), user="market", dbname="postgres", autocommit=True) as connection:
            names = sql.Identifier(name), sql.Identifier(like)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return f"postgresql+psycopg://market@/{name}?host={folder}"

    def process(self) -> int:
        """The id of the running server's first process, the parent of all others."""
        return int((self.start() / "data" / "postmaster.pid").read_text().splitlines()[0])

    def _launch(self, folder: Path) -> None:
        if user := ordinary_user():
            shutil.chown(folder, user)
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())
        initdb = (
            "initdb",
            "-D",
            folder / "data",
            "-U",
            "market",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        self._run(folder, *initdb)
        server = f"{options} -c unix_socket_directories={folder}"
        self._run(folder, "pg_ctl", "start", "-w", "-D", folder / "data", "-l", folder / "log", "-o", server)

    def _run(self, folder: Path, name: str, *arguments: object, check: bool = True) -> None:
        home = binaries()
        if home is None:
            raise RuntimeError("PostgreSQL is not installed")
        user = ordinary_user()
        command = [*(["runuser", "-u", user, "--"] if user else []), str(home / name), *map(str, arguments)]
        result = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if check and result.returncode:
            log = folder / "log"
            raise RuntimeError(f"{name} failed: {result.stderr}{log.read_text() if log.exists() else ''}")


class SQLiteFile:
    """A SQLite database that can go back to how it was when it was kept."""

    def __init__(self, path: Path):
        self.path, self.pristine = path, path.with_suffix(".pristine")
        self.url = f"sqlite:///{path}"

    def keep(self, metadata: MetaData, engine: Engine) -> None:
        engine.dispose()
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(self.path, self.pristine)

    def restore(self, engine: Engine) -> None:
        """Put a fresh copy in place: one who still holds the old file does not disturb the next test."""
        engine.dispose()
        for leftover in ("-wal", "-shm"):
            self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
        draft = self.path.with_suffix(".draft")
        shutil.copyfile(self.pristine, draft)
        draft.replace(self.path)

    def close(self) -> None:
        """Nothing is held open."""


class PostgresDatabase:
    """A PostgreSQL database that can go back to how it was when it was kept."""

    def __init__(self, url: str):
        self.url = url
        self.rows: dict[str, bytes] = {}
        self.tables: list[str] = []
        self.sequences: list[tuple[str, int, bool]] = []
        self.written: dict[str, tuple[int, int]] = {}

    @cached_property
    def connection(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url.replace("postgresql+psycopg://", "postgresql://"))

    def keep(self, metadata: MetaData, engine: Engine) -> None:
        self.tables = [table.name for table in metadata.sorted_tables]
        with self.connection.transaction():
            for name in self.tables:
                with self.connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                    rows = b"".join(bytes(block) for block in copy)
                if rows:
                    self.rows[name] = rows
            names = [row[0] for row in self.connection.execute("SELECT sequencename FROM pg_sequences")]
            for name in names:
                last, called = self.connection.execute(f'SELECT last_value, is_called FROM "{name}"').fetchone()
                self.sequences.append((name, last, called))
            self.written = self._written()

    def restore(self, engine: Engine) -> None:
        """Empty every table that has other rows than the kept ones and put those back, in one transaction without
        foreign-key checks."""
        engine.dispose()
        with self.connection.transaction():
            self.connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            self.connection.execute("SET session_replication_role = replica")
            as_kept = {name for name, state in self._written().items() if state == self.written[name]}
            self.connection.execute("; ".join(f'DELETE FROM "{name}"' for name in self.tables if name not in as_kept))
            for name in self.rows.keys() - as_kept:
                with self.connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(self.rows[name])
            if self.rows.keys() - as_kept:
                self.written = self._written()
            if self.sequences:
                sets = ", ".join(f"setval('\"{name}\"', {last}, {called})" for name, last, called in self.sequences)
                self.connection.execute(f"SELECT {sets}")

    def close(self) -> None:
        self.connection.close()

    def _written(self) -> dict[str, tuple[int, int]]:
        """How many rows each kept table has, and the last transaction that wrote one of them."""
        each = [f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM \"{name}\"" for name in self.rows]
        found: Any = self.connection.execute(" UNION ALL ".join(each)) if each else []
        return {name: (number, last) for name, number, last in found}


Database = SQLiteFile | PostgresDatabase


def fast_folder(fallback: Path | None = None) -> Path:
    """A folder in memory where the machine has one: a test's commits need no disk."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK):
        return Path(tempfile.mkdtemp(prefix="market-", dir=memory))
    return fallback or Path(tempfile.mkdtemp(prefix="market-"))


def ordinary_user() -> str | None:
    """Whom to run the server as: nobody else unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in known)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone, among all processes that ask for the same file."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
