"""Collecting the visible sentences keeps every translation and invents none."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import messages


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("app", "templates", ".venv/app"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "app" / "rules.py").write_text(
        'says = N_("Open for entry")\n\nraise Invalid("At least %(n)s characters", n=4, field="need")\n'
    )
    (tmp_path / "templates" / "jobs.html").write_text(
        '<h1>{{ _("Jobs") }}</h1>{{ ngettext("%(num)s job", "%(num)s jobs", n) }}{% trans %}\n  Go on\n{% endtrans %}'
    )
    (tmp_path / "data").mkdir()
    for name in messages.NAMED:
        (tmp_path / name).write_text("code,zh\nshare,占时限的比例（%）\n")
    (tmp_path / ".venv" / "app" / "other.py").write_text('_("not ours")')
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "FOLDER", tmp_path / "translations")
    return tmp_path


def test_every_marked_sentence_is_found(project: Path):
    found = {messages.key(message) for message in messages.collect() if message.id}
    assert found == {
        "占时限的比例（%%）",
        "Open for entry",
        "At least %(n)s characters",
        "Jobs",
        "%(num)s job",
        "Go on",
    }


def test_translations_are_kept_and_what_is_gone_goes(project: Path):
    known = Catalog("zh_Hans")
    known.add("Jobs", "项目")
    known.add(("%(num)s job", "%(num)s jobs"), ("%(num)s 个项目",))
    known.add("Job", "项")
    known.add("Open for entry", "报名", flags=["fuzzy"])
    new = messages.merged("zh_Hans", messages.collect(), known)
    assert new.get("Jobs").string == "项目"
    assert new.get("%(num)s job").string == ("%(num)s 个项目",)
    assert new.get("Job") is None
    assert new.get("Open for entry").fuzzy
    assert new.get("Go on").string == ""


def test_a_second_run_changes_nothing(project: Path):
    messages.main()
    path = messages.place("zh_Hans")
    path.write_text(path.read_text().replace('msgid "Jobs"\nmsgstr ""', 'msgid "Jobs"\nmsgstr "项目"'))
    messages.main()
    first = path.read_text()
    messages.main()
    assert path.read_text() == first and "项目" in first and "rules.py:" not in first


def test_traditional_characters_follow_the_simplified_ones(project: Path):
    messages.main()
    path = messages.place("zh_Hans")
    path.write_text(path.read_text().replace('msgid "Jobs"\nmsgstr ""', 'msgid "Jobs"\nmsgstr "为项目启动"'))
    messages.main()
    assert 'msgstr "為項目啟動"' in messages.place("zh_Hant").read_text()
    assert 'msgstr "佔時限的比例（%%）"' in messages.place("zh_Hant").read_text()
