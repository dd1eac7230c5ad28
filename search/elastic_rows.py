"""How an index and its documents look in Elasticsearch: made tokens with spaces between them, and no analysis there."""

import json
from base64 import b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

from search.analyzer import VERSION, code_tokens, tokens
from search.columns import as_number, length
from search.fields import Code, Document, Index, Text, pieces
from search.rank import DAY
from search.sounds import initial_tokens, sound_tokens

REFRESH = "500ms"
TEXT, SOUND, INITIALS, CODE, BY = "text", "sound", "initials", "code", "by"
WORDS = {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"}
LETTER = {"index_prefixes": {"min_chars": 1, "max_chars": 1}}  # one character is the beginning of many tokens
BEGINNINGS = {"index_options": "docs", "index_prefixes": {"min_chars": 2, "max_chars": 8}}
EXACT = {"type": "keyword"}
COUNTED = EXACT | {"eager_global_ordinals": True}  # made ready by what writes, not by who asks first
INDEXED_WHOLE = {"type": "long"}
WHOLE = INDEXED_WHOLE | {"index": False}
REAL = {"type": "double", "index": False}
BYTES = {"type": "binary", "doc_values": True}
SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "refresh_interval": REFRESH,
    "max_result_window": 20_000,  # ten thousand at once, and whether there are more
}

Told = dict[str, Any]


def template(index: Index) -> Told:
    """Settings and mappings of every index made for these fields."""
    own: Told = {"key": EXACT, "audience": EXACT, "digest": WHOLE, "tie": WHOLE, "shuffled": BYTES}
    own |= {"inverse": REAL, "standing": REAL, "aging": EXACT, "day": WHOLE}
    by: Told = dict.fromkeys((*index.facets, *index.trees), COUNTED) | dict.fromkeys(index.numbers, WHOLE)
    by |= dict.fromkeys(index.moments, INDEXED_WHOLE)
    sounding = [name for name, text in index.texts.items() if text.sounds]
    fields = own | {
        TEXT: _strict(dict.fromkeys(index.texts, WORDS | LETTER)),
        SOUND: _strict(dict.fromkeys(sounding, WORDS)),
        INITIALS: _strict(dict.fromkeys(sounding, WORDS)),
        CODE: _strict(dict.fromkeys(index.codes, WORDS | BEGINNINGS)),
        BY: _strict(by),
    }
    mappings = _strict(fields) | {"_source": {"enabled": False}}
    return {"settings": {"index": SETTINGS}, "mappings": mappings}


def _strict(properties: Told) -> Told:
    return {"dynamic": "strict", "properties": properties}


def named(index: Index) -> str:
    """The name under which an index of these fields, tokens and ranking stands: another one has another name."""
    said = json.dumps([template(index), vars(index.ranking)], sort_keys=True, default=dict)
    digest = blake2b(said.encode(), digest_size=4).hexdigest()
    return f"{index.name}.{index.version}.{VERSION}.{digest}"


def row(index: Index, document: Document) -> Told:
    """What is kept of a document. Of a thing that is gone its version stays, so that nothing older brings it back; as
    nobody's audience it is never found."""
    told: Told = {"key": document.key, "digest": document.digest()}
    values = document.values
    if values is None:
        return told
    index.check(values)
    rule, title = index.ranking, length(values[index.title])
    tie = crc32(document.key.encode())
    told |= {"audience": sorted(document.audiences), "inverse": 1 / max(title, 1)}
    told |= {"tie": tie, "shuffled": b64encode(tie.to_bytes(4, "big")).decode()}
    favoured = values[rule.favour_by] or "" if rule.favour_by else ""
    lowered = bool(rule.lowered_by) and values[rule.lowered_by] == 1
    told["standing"] = rule.favour.get(favoured, 1.0) * (0.5 if lowered else 1.0)
    moment = values[rule.fresh_by] if rule.fresh_by and favoured in rule.fresh_for else None
    if moment:  # half of its standing, and as much again while it is fresh
        told["standing"] /= 2
        told |= {"aging": aging(rule.fresh_for[favoured]), "day": as_number(moment) // DAY}
    by: Told = {name: values[name] or "" for name in index.facets} | {
        name: values[name] or [""] for name in index.trees
    }
    for name in (*index.numbers, *index.moments):
        if values[name] is not None:
            by[name] = as_number(values[name])
    told |= {TEXT: {}, SOUND: {}, INITIALS: {}, CODE: {}, BY: by}
    for name, kind in index.fields.items():
        if isinstance(kind, Text | Code):
            _say(told, name, kind, pieces(values[name]))
    return told


def aging(half_life: float) -> str:
    """What is said of a thing that is half as fresh after so many days."""
    return f"{half_life:g}"


def _say(told: Told, name: str, kind: Text | Code, said: tuple[str, ...]) -> None:
    """The words of a field. Between its pieces Elasticsearch leaves a gap of its own, which no phrase crosses."""
    if isinstance(kind, Code):
        told[CODE][name] = [" ".join(code_tokens(piece)) for piece in said]
        return
    words = [_words(piece) for piece in said]
    told[TEXT][name] = [text for text, _, _ in words]
    if kind.sounds:
        told[SOUND][name] = [sound for _, sound, _ in words]
        told[INITIALS][name] = [initials for _, _, initials in words]


@lru_cache(200_000)
def _words(piece: str) -> tuple[str, str, str]:
    return " ".join(tokens(piece)), " ".join(sound_tokens(piece)), " ".join(initial_tokens(piece))
