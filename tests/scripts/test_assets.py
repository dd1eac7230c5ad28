"""Published files carry their content in their name."""

import json
from pathlib import Path

import pytest

from scripts import assets


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "TARGET", tmp_path / "static")
    return tmp_path / "static"


def test_a_file_is_listed_by_its_plain_name_and_an_old_one_goes(target: Path, tmp_path: Path):
    source = tmp_path / "look.css"
    source.write_text("a{}")
    assets.publish({"look.css": source, "parts/strip.js": source})
    first = json.loads((target / "manifest.json").read_text())
    assert (target / first["look.css"]).read_text() == "a{}"
    assert first["look.css"].startswith("look.") and first["look.css"].endswith(".css")
    assert (target / first["parts/strip.js"]).parent == target / "parts"

    source.write_text("b{}")
    assets.publish({"look.css": source})
    second = json.loads((target / "manifest.json").read_text())
    assert second["look.css"] != first["look.css"]
    assert sorted(path.name for path in target.rglob("*") if path.is_file()) == sorted(
        [second["look.css"], "manifest.json"]
    )


def test_nothing_is_written_when_nothing_changed(target: Path, tmp_path: Path):
    source = tmp_path / "look.css"
    source.write_text("a{}\n/*# sourceMappingURL=look.css.map */\n")
    assets.publish({"look.css": source})
    before = {path: path.stat().st_mtime_ns for path in target.iterdir()}
    assets.publish({"look.css": source})
    assert {path: path.stat().st_mtime_ns for path in target.iterdir()} == before
    assert all("sourceMappingURL" not in path.read_text() for path in target.glob("*.css"))
