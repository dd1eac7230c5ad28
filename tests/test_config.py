"""The settings table: defaults, what production insists on, and every problem named at once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

import config

STRONG = "7f3c9a51e8b24d06a1c5f7e9d3b8046217fa"


def load(tmp_path, **environ):
    return config.load({"DATA_DIR": str(tmp_path)} | environ)


def test_a_development_machine_needs_no_setting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = config.load({})
    assert settings["ENV"] == "development"
    assert settings["DATA_DIR"] == tmp_path / "var"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path}/var/market.sqlite3"
    assert settings["MAIL_DIR"] == tmp_path / "var" / "mail"
    assert settings["FILES_DIR"] == tmp_path / "var" / "files"
    assert (settings["HOST"], settings["PORT"], settings["UPLOAD_LIMIT_MB"]) == ("127.0.0.1", 8000, 20)
    assert settings["COOKIE_SECURE"] is False and settings["TRUSTED_PROXIES"] == 0
    assert settings["DEFAULT_LOCALE"] == "zh_Hans" and settings["SERVICE_NAME"] == "中介超市"
    assert set(settings) == {row.name for row in config.SETTINGS}


def test_the_keys_of_a_development_machine_are_made_once_and_kept(tmp_path):
    first, second = load(tmp_path), load(tmp_path)
    for name, file in {"SECRET_KEY": "secret", "SEAL_KEY": "seal"}.items():
        assert len(first[name]) == 64 and second[name] == first[name]
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    assert first["SECRET_KEY"] != first["SEAL_KEY"]
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "seal"}


def test_processes_that_start_together_share_one_secret(tmp_path):
    together = Barrier(8)

    def start(_):
        together.wait()
        return load(tmp_path)["SECRET_KEY"]

    with ThreadPoolExecutor(8) as processes:
        assert len(set(processes.map(start, range(8)))) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "seal"}


def test_a_test_run_writes_nothing(tmp_path):
    assert load(tmp_path, ENV="test")["SECRET_KEY"]
    assert list(tmp_path.iterdir()) == []


def test_production_names_everything_missing_at_once(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        load(tmp_path, ENV="production", PORT="http", SECRET_KEY=" ")
    text = str(stopped.value)
    assert "SECRET_KEY is missing" in text and "DATABASE_URL is missing" in text and "PORT: write a whole" in text
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("name", config.KEYS)
@pytest.mark.parametrize("secret", ["secret", "a" * 64, "change-me-change-me-change-me-12345678", "for tests only"])
def test_production_refuses_a_key_that_can_be_guessed(tmp_path, name, secret):
    keys = dict.fromkeys(config.KEYS, STRONG) | {name: secret}
    with pytest.raises(SystemExit, match=f"{name} can be guessed"):
        load(tmp_path, ENV="production", DATABASE_URL="postgresql://u:p@db/market", **keys)


def test_production_starts_with_a_strong_secret(tmp_path):
    keys = dict.fromkeys(config.KEYS, STRONG)
    settings = load(tmp_path, ENV="production", DATABASE_URL="postgresql://u:p@db/market", **keys)
    assert settings["SECRET_KEY"] == STRONG
    assert settings["DATABASE_URL"] == "postgresql+psycopg://u:p@db/market"
    assert settings["COOKIE_SECURE"] is True


@pytest.mark.parametrize("place", ["file", "file/var"])
def test_a_folder_that_cannot_be_written_is_named_with_every_other_problem(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        config.load({"DATA_DIR": str(tmp_path / place), "PORT": "http"})
    text = str(stopped.value)
    assert f"DATA_DIR: write a folder that can be written to; {tmp_path / place} cannot" in text
    assert "PORT: write a whole number" in text


def test_a_secret_that_cannot_be_kept_is_a_problem_of_its_folder(tmp_path):
    (tmp_path / "var").symlink_to(tmp_path / "nowhere" / "else")
    with pytest.raises(SystemExit, match=f"SECRET_KEY: it is kept in DATA_DIR, and {tmp_path}/var cannot be made"):
        config.load({"DATA_DIR": str(tmp_path / "var")})


# fmt: off
READABLE = [
    ("OUTSIDE_SOURCES", "drand", "drand"), ("DRAND_URL", "https://relay.example", "https://relay.example"),
    ("PORT",            "8123",                "8123"),
    ("COOKIE_SECURE",   "off",                 "False"),
    ("COOKIE_SECURE",   "TRUE",                "True"),
    ("DEFAULT_LOCALE",  "en",                  "en"),
    ("DATABASE_URL",    "sqlite:///x.sqlite3", "sqlite:///x.sqlite3"),
    ("DATABASE_URL",    "postgres://h/d",      "postgresql+psycopg://h/d"),
    ("FILES_DIR",       "/srv/files",          "/srv/files"),
    ("TRUSTED_PROXIES", "1",                   "1"),
]
UNREADABLE = [
    ("OUTSIDE_SOURCES", "lottery"), ("DRAND_URL", "http://relay.example"), ("DRAND_URL", "file:///etc/passwd"),
    ("ENV",             "staging"),
    ("PORT",            "0"),
    ("PORT",            "-1"),
    ("PORT",            "٣"),
    ("PORT",            "99999"),
    ("COOKIE_SECURE",   "maybe"),
    ("DEFAULT_LOCALE",  "zh_CN"),
    ("DATABASE_URL",    "mysql://h/d"),
    ("TRUSTED_PROXIES", "all"),
]
# fmt: on


@pytest.mark.parametrize("name, text, value", READABLE)
def test_a_setting_is_read_as_its_type(tmp_path, name, text, value):
    assert str(load(tmp_path, **{name: text})[name]) == value


@pytest.mark.parametrize("name, text", UNREADABLE)
def test_an_unreadable_setting_says_what_to_write(tmp_path, name, text):
    with pytest.raises(SystemExit, match=f"{name}: write "):
        load(tmp_path, **{name: text})
