"""A question in the words of Elasticsearch, and its answer: all of it from the core, without scripts.

The score is that of the embedded engine: the least, over the terms, of the weight of the best field. A level is the
documents where that is at least some weight, so the highest level a document is in tells it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isfinite
from typing import Any

from search.elastic_rows import BY, CODE, TEXT, Told, aging
from search.fields import Code, Index, Text
from search.query import AllOf, AnyOf, Clause, Phrase
from search.question import RELEVANCE, Found, Question
from search.rank import DAY

ALL_EXPANSIONS = 2**31 - 1
ALL_VALUES = 10_000
SHUFFLES = 2**-10  # the part of a score that tells equals apart
FUTURE = 1_000_000  # days: nothing is later
EVERYTHING: Told = {"match_all": {}}
ANY = range(1_000_000)  # weights


def request(index: Index, question: Question) -> Told:
    """The body of a search. It begins anew when `question.after` is not what an answer said."""
    filters: list[Told] = [{"terms": {"audience": sorted(question.audiences)}}]
    if question.since is not None:
        filters.append({"range": {f"{BY}.{index.ranking.fresh_by}": {"gt": int(question.since.timestamp())}}})
    narrowed = {name: {"terms": {f"{BY}.{name}": list(values)}} for name, values in question.narrowed.items()}
    apart = {name: narrowed.pop(name) for name in question.counted if name in narrowed}
    filters += narrowed.values()
    by_relevance = question.sort == RELEVANCE
    scored = _scored(index, question) if by_relevance else _shuffled(question, _wanted(index, question))
    asked: Told = {
        "query": {"bool": {
            "must": [scored],
            "filter": filters,
            "must_not": [each for clause in question.query.without if (each := _at(index, clause, ANY))],
        }},
        "aggs": _counted(question.counted, apart),
        "sort": _order(question.sort),
        "size": question.limit + 1,
    }  # fmt: skip
    if apart:
        asked["post_filter"] = {"bool": {"filter": list(apart.values())}}
    if after := place(question.after, by_relevance):
        asked["search_after"] = after
    return asked


def found(question: Question, answer: Any) -> Found:
    """What an answer says. Raises LookupError, TypeError or ValueError when it is none."""
    hits = answer["hits"]["hits"]
    places = [hit["sort"] for hit in hits[: question.limit]]
    counts: dict[str, dict[str, int]] = {name: {} for name in question.counted}
    for name, counted in answer.get("aggregations", {}).items():
        for each, values in ({name: counted} if "buckets" in counted else counted).items():
            if each in counts:
                counts[each] = {row["key"]: int(row["doc_count"]) for row in values["buckets"] if row["key"]}
    more = told(places[-1]) if places and len(hits) > question.limit else ""
    return Found([str(row[-1]) for row in places], int(answer["hits"]["total"]["value"]), counts, more)


def told(place: list[Any]) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place(told: str, by_relevance: bool) -> list[Any] | None:
    """Read what `told` said; None when it did not say that."""
    try:
        read = json.loads(urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    except ValueError:
        return None
    kinds = [type(each) for each in read] if isinstance(read, list) else []
    if kinds != ([float, int, str] if by_relevance else [int, float, str]):
        return None
    score, whole = sorted(read[:2], key=lambda each: type(each) is int)
    return list(read) if isfinite(score) and -(2**63) <= whole < 2**63 else None


def _order(sort: str) -> list[Told]:
    """Whole numbers sort beside the score; the key tells the last equals apart."""
    if sort == RELEVANCE:
        return [{"_score": "desc"}, {"tie": "asc"}, {"key": "asc"}]
    order = "desc" if sort.startswith("-") else "asc"
    return [
        {f"{BY}.{sort.removeprefix('-')}": {"order": order, "missing": "_last"}},
        {"_score": "desc"},
        {"key": "asc"},
    ]


def _counted(names: tuple[str, ...], narrowed: dict[str, Told]) -> Told:
    """The values of each facet counted: those that do not narrow are counted together, each other one by itself."""
    values = {name: {"terms": {"field": f"{BY}.{name}", "size": ALL_VALUES}} for name in names}
    together = {name: counted for name, counted in values.items() if name not in narrowed}
    if not narrowed:
        return together
    asked: Told = {
        f"without {name}": _among({name: values[name]}, [each for other, each in narrowed.items() if other != name])
        for name in narrowed
    }
    return asked | ({"with all": _among(together, list(narrowed.values()))} if together else {})


def _among(counted: Told, filters: list[Told]) -> Told:
    return {"filter": {"bool": {"filter": filters}}, "aggs": counted}


# -- the words --------------------------------------------------------------------------------------------------------


def _at(index: Index, clause: Clause, weights: range) -> Told | None:
    """What has a clause in a field of one of these weights; None when nothing can."""
    if isinstance(clause, Phrase):
        return _any([_phrase(field, clause) for field, weight in _fields(index, clause.of) if weight in weights])
    parts = [_at(index, each, weights) for each in clause.of]
    if isinstance(clause, AllOf):
        return None if None in parts else {"bool": {"filter": parts}}
    return _any([part for part in parts if part is not None])


def _fields(index: Index, of: str) -> list[tuple[str, int]]:
    """The fields where such a phrase may stand, with their weights."""
    if of == CODE:
        return [(f"{CODE}.{name}", code.weight) for name, code in index.fields.items() if isinstance(code, Code)]
    return [(f"{of}.{name}", text.weight) for name, text in index.texts.items() if of == TEXT or text.sounds]


def _any(asked: list[Told]) -> Told | None:
    if len(asked) < 2:
        return asked[0] if asked else None
    return {"bool": {"should": asked}}


def _phrase(field: str, phrase: Phrase) -> Told:
    words = " ".join(phrase.tokens)
    if not phrase.begun:
        return {"match_phrase": {field: words}}
    if len(phrase.tokens) == 1:
        return {"prefix": {field: words}}
    return {"match_phrase_prefix": {field: {"query": words, "max_expansions": ALL_EXPANSIONS}}}


def _wanted(index: Index, question: Question, weights: range = ANY) -> Told | None:
    """What has every term in a field of one of these weights."""
    terms = question.query.terms
    return _at(index, terms[0] if len(terms) == 1 else AllOf(terms), weights) if terms else EVERYTHING


# -- the score --------------------------------------------------------------------------------------------------------


def _levels(index: Index, question: Question) -> list[tuple[int, Told]]:
    """Each weight with its level, the highest first; those that add nothing to the one above are left out. Where one
    phrase is enough, what stands in fields of just that weight will do, and costs less."""
    weights = {field.weight for field in index.fields.values() if isinstance(field, Text | Code)}
    terms = question.query.terms
    one = len(terms) == 1 and not _has_all_of(terms[0])
    levels: list[tuple[int, Told]] = []
    for weight in sorted(weights, reverse=True):
        level = _wanted(index, question, range(weight, weight + 1) if one else range(weight, ANY.stop))
        if level is not None and (not levels or levels[-1][1] != level):
            levels.append((weight, level))
    return levels


def _has_all_of(clause: Clause) -> bool:
    return isinstance(clause, AllOf) or (isinstance(clause, AnyOf) and any(map(_has_all_of, clause.of)))


def _words(index: Index, question: Question) -> Told:
    """The score of the words alone. In the title it grows with the part of it that the query covers."""
    if not question.query.terms:
        return {"constant_score": {"filter": EVERYTHING}}
    title, levels = index.texts[index.title].weight, []
    above: list[Told] = []
    for weight, level in _levels(index, question):
        asked: Told = {"constant_score": {"filter": level, "boost": weight}}
        if weight == title and question.query.size:
            if above:
                asked = {"bool": {"must": [asked], "must_not": above}}
            covered = {"field_value_factor": {"field": "inverse", "factor": question.query.size}}
            asked = _times(asked, [{"weight": 1}, covered], max_boost=2)
        levels.append(asked)
        above = [*above, level]
    return {"dis_max": {"queries": levels}} if levels else {"match_none": {}}


def _scored(index: Index, question: Question) -> Told:
    rule, scored = index.ranking, _words(index, question)
    if rule.favour_by or rule.lowered_by:
        scored = _times(scored, [{"field_value_factor": {"field": "standing"}}])
    today = question.now.timestamp() // DAY
    fresh: list[Told] = [{"weight": 1}]
    for half_life in set(rule.fresh_for.values()):
        day = {"origin": today + FUTURE, "offset": FUTURE, "scale": half_life, "decay": 0.5}
        fresh.append({"filter": {"term": {"aging": aging(half_life)}}, "exp": {"day": day}})
    return _times(scored, [*fresh, {"random_score": _random(question), "weight": SHUFFLES}])


def _shuffled(question: Question, wanted: Told | None) -> Told:
    asked = {"constant_score": {"filter": wanted}} if wanted else {"match_none": {}}
    return _times(asked, [{"random_score": _random(question)}])


def _random(question: Question) -> Told:
    return {"seed": question.salt & 0x7FFFFFFF, "field": "shuffled"}


def _times(asked: Told, functions: list[Told], **more: Any) -> Told:
    return {"function_score": {"query": asked, "functions": functions, "score_mode": "sum", **more}}
