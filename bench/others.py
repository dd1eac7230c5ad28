"""Others that are asked what the search box is: LIKE over a plain table, FTS5 with its trigrams, and Elasticsearch with
its default analyzer."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from bench.listings import FACETS, City


class Tables:
    """LIKE over a plain table, and FTS5 with trigrams, in SQLite."""

    def __init__(self, path: Path, city: City, trigrams: bool):
        self.connection, self.trigrams = sqlite3.connect(path), trigrams
        execute = self.connection.execute
        execute("PRAGMA synchronous = OFF")
        execute(f"CREATE TABLE listing (id INTEGER PRIMARY KEY, said TEXT, {', '.join(FACETS)})")
        self.connection.executemany("INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?)", self._rows(city))
        if trigrams:
            execute(
                "CREATE VIRTUAL TABLE words USING fts5"
                "(said, content = 'listing', content_rowid = 'id', tokenize = 'trigram')"
            )
            execute("INSERT INTO words (words) VALUES ('rebuild')")
        self.connection.commit()

    def _rows(self, city: City) -> Iterator[list[Any]]:
        for number, (said, facets) in enumerate(zip(city.texts(), city.facets(), strict=True)):
            yield [number, " ".join(said), *(str(each) for each in facets)]

    def found(self, typed: str) -> set[int]:
        source, values = self._where(typed)
        return {id for (id,) in self.connection.execute(f"SELECT rowid FROM {source}", values)}

    def ask(self, typed: str) -> None:
        """Twenty hits, how many there are, and four facets."""
        execute, (source, values) = self.connection.execute, self._where(typed)
        execute("CREATE TEMP TABLE hit AS SELECT rowid AS id FROM " + source, values)
        execute("SELECT count(*) FROM hit").fetchone()
        execute("SELECT listing.* FROM hit JOIN listing USING (id) LIMIT 20").fetchall()
        for name in FACETS:
            execute(f"SELECT {name}, count(*) FROM hit JOIN listing USING (id) GROUP BY 1").fetchall()
        execute("DROP TABLE hit")

    def _where(self, typed: str) -> tuple[str, list[str]]:
        terms = typed.replace('"', "").split()
        if self.trigrams and terms:
            wanted = " AND ".join(f'"{term}"' for term in terms if term[0] != "-")
            left = "".join(f' NOT "{term[1:]}"' for term in terms if term[0] == "-")
            return "words WHERE words MATCH ?", [wanted + left]
        said = [f"said {'NOT ' * (term[0] == '-')}LIKE ?" for term in terms]
        return f"listing WHERE {' AND '.join(said) or '1'}", [f"%{term.removeprefix('-')}%" for term in terms]


class Default:
    """Elasticsearch as it comes: its default analyzer, every term wanted."""

    def __init__(self, url: str, city: City):
        self.url, self.name = url.rstrip("/"), f"default-{uuid4().hex}"
        fields = {name: {"type": "keyword"} for name in FACETS}
        self._call("PUT", f"/{self.name}", {"mappings": {"properties": {"said": {"type": "text"}, **fields}}})
        lines: list[str] = []
        for number, (said, facets) in enumerate(zip(city.texts(), city.facets(), strict=True)):
            lines.append(json.dumps({"index": {"_id": number}}))
            lines.append(json.dumps({"said": " ".join(said), **dict(zip(FACETS, facets, strict=True))}))
            if len(lines) >= 10_000 or number + 1 == city.count:
                self._call("POST", f"/{self.name}/_bulk", "\n".join([*lines, ""]))
                lines = []
        self._call("POST", f"/{self.name}/_refresh", "")

    def ask(self, typed: str) -> None:
        counted = {name: {"terms": {"field": name, "size": 1_000}} for name in FACETS}
        self._search(typed, {"size": 20, "aggs": counted, "track_total_hits": True})

    def found(self, typed: str) -> set[int]:
        return {int(hit["_id"]) for hit in self._search(typed, {"size": 10_000, "_source": False})["hits"]["hits"]}

    def _search(self, typed: str, more: dict[str, Any]) -> Any:
        asked = {"simple_query_string": {"query": typed, "fields": ["said"], "default_operator": "and"}}
        return self._call("POST", f"/{self.name}/_search", {"query": asked if typed else {"match_all": {}}, **more})

    def _call(self, verb: str, path: str, told: Any) -> Any:
        body = (told if isinstance(told, str) else json.dumps(told)).encode() or None
        kind = {"Content-Type": "application/x-ndjson" if isinstance(told, str) else "application/json"}
        with urlopen(Request(self.url + path, body, kind, method=verb), timeout=120) as answer:
            return json.load(answer)
