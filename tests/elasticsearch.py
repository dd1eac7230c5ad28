"""A throw-away Elasticsearch shared by all workers of one test run.

The server is Elastic's own, the smallest that is published: the core without side modules. It is fetched once, into a
cache folder outside the checkout.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.databases import fast_folder, locked, ordinary_user

VERSION = "8.19.5"
SHA256 = "5d3a8f63f66d828a24d29f88819bf2c6e695d124c470da3ab92a5d6cc1397785"
GROUP, NAME = "org.elasticsearch.distribution.integ-test-zip", "elasticsearch"
CENTRAL = "https://repo1.maven.org/maven2"
FETCHED_WITHIN, STARTED_WITHIN = 300, 180  # seconds
SETTINGS = """
cluster.name: {name}
discovery.type: single-node
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
network.host: 127.0.0.1
http.port: {port}
transport.port: "0"
path.data: {folder}/data
path.logs: {folder}/logs
"""
SMALL = "-Xms512m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # no time to get warm
HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


def java() -> Path | None:
    """The folder of a Java 17 or later, or None."""
    installed = sorted(Path("/usr/lib/jvm").glob("java-*-openjdk*/bin/java"))
    recent = [path.parent.parent for path in installed if int(path.parts[4].split("-")[1].split(".")[0]) >= 17]
    return recent[0] if recent else None


def cache() -> Path:
    """Where what was fetched is kept. Root's own folders are closed to the ordinary user who runs the server."""
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path("/var/cache") if ordinary_user() else own) / "intermediary-supermarket"


def server() -> Path | None:
    """The folder of the unpacked server, fetched when it is not there yet; None when it cannot be had."""
    home = cache() / f"elasticsearch-{VERSION}"
    try:
        cache().mkdir(parents=True, exist_ok=True)
        with locked(cache() / "lock"):
            if not home.exists():
                _unpack(_fetched(), home)
    except OSError:
        return None
    return home


def _fetched() -> Path:
    """The packed server, by a plain download, or by Maven, which knows the mirrors of this machine; OSError when
    neither brings it."""
    packed = cache() / f"{NAME}-{VERSION}.zip"
    if not packed.exists():
        with suppress(OSError):
            _download(packed)
    if not packed.exists() and shutil.which("mvn"):
        artifact = f"{GROUP}:{NAME}:{VERSION}:zip"
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={cache()}"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=cache(), capture_output=True, timeout=FETCHED_WITHIN)
    if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
        packed.unlink()
        raise OSError(f"{packed} is not what was asked for")
    return packed


def _download(packed: Path) -> None:
    """In a process of its own: a test itself may not connect to the outside."""
    address = f"{CENTRAL}/{GROUP.replace('.', '/')}/{NAME}/{VERSION}/{packed.name}"
    draft = packed.with_suffix(".draft")
    fetch = "import sys, urllib.request; urllib.request.urlretrieve(sys.argv[1], sys.argv[2])"
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            [sys.executable, "-c", fetch, address, str(draft)], capture_output=True, timeout=FETCHED_WITHIN
        )
        if done.returncode == 0:
            draft.replace(packed)


def _unpack(packed: Path, home: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=cache()))
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(draft)
    for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    for path in (draft / home.name / "bin").iterdir():
        path.chmod(0o755)
    (draft / home.name).replace(home)
    draft.rmdir()
    packed.unlink()


class Server:
    """One server for one test run. Whichever worker needs it first starts it; `stop` ends it.

    `shared` is a folder all workers see, `options` are Java's. Who asks the server holds `used`; who kills it does so
    `alone`.
    """

    def __init__(self, shared: Path, options: str = SMALL):
        self.options = options
        self.note, self.lock = shared / "elasticsearch-folder", shared / "elasticsearch-lock"
        self.in_use = shared / "elasticsearch-in-use"

    def start(self) -> str:
        """The address of the running server."""
        with locked(self.lock):
            if not self.note.exists():
                folder = fast_folder()
                self.note.write_text(f"{folder}\n{_free_port()}")
                self._lay_out()
                self.launch()
        return self.address

    @property
    def folder(self) -> Path:
        return Path(self.note.read_text().split("\n")[0])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.note.read_text().split(chr(10))[1]}"

    @contextmanager
    def used(self, *, alone: bool = False) -> Iterator[str]:
        """The address of the server, which nobody kills meanwhile; `alone`, nobody else asks it meanwhile."""
        self.start()
        with self.in_use.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield self.address

    def stop(self) -> None:
        with suppress(FileNotFoundError):
            folder = self.folder
            self.kill()
            shutil.rmtree(folder, ignore_errors=True)
            self.note.unlink()

    def kill(self) -> None:
        """End the server at once, as if the machine had lost its power, and wait until it is gone."""
        with suppress(FileNotFoundError, ProcessLookupError):
            process = int((self.folder / "pid").read_text())
            os.kill(process, signal.SIGKILL)
            (self.folder / "pid").unlink()
            while Path(f"/proc/{process}").exists():
                time.sleep(0.01)

    def launch(self) -> None:
        """Start the server where it is laid out; raise RuntimeError with its log when it does not answer."""
        home, runtime, folder = server(), java(), self.folder
        if home is None or runtime is None:
            raise RuntimeError(missing())
        user = ordinary_user()
        environment = {
            "PATH": os.environ["PATH"], "ES_JAVA_HOME": str(runtime), "ES_PATH_CONF": str(folder / "config"),
            "ES_TMPDIR": str(folder / "tmp"), "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
        }  # fmt: skip
        command = [str(home / "bin" / "elasticsearch"), "-d", "-p", str(folder / "pid")]
        started = subprocess.run(
            [*(["runuser", "-u", user, "--"] if user else []), *command], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=STARTED_WITHIN,
        )  # fmt: skip
        until = time.monotonic() + STARTED_WITHIN
        while started.returncode == 0 and time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}{HEALTH}", timeout=5):
                return
            time.sleep(0.1)
        raise RuntimeError(f"Elasticsearch does not start: {started.stdout}{started.stderr}")

    def _lay_out(self) -> None:
        folder, home = self.folder, server()
        assert home
        for name in ("data", "logs", "tmp", "config"):
            (folder / name).mkdir()
        shutil.copyfile(home / "config" / "log4j2.properties", folder / "config" / "log4j2.properties")
        (folder / "config" / "jvm.options").write_text("\n".join(self.options.split()))
        port = self.address.rpartition(":")[2]
        settings = SETTINGS.format(name=folder.name, port=port, folder=folder)
        (folder / "config" / "elasticsearch.yml").write_text(settings)
        if user := ordinary_user():
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, user)


def missing() -> str:
    """What this machine lacks for a server; empty when nothing."""
    if java() is None:
        return "Java 17 is not installed (Debian: apt-get install openjdk-17-jre-headless)"
    return "" if server() else f"Elasticsearch {VERSION} cannot be fetched from Maven Central"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
