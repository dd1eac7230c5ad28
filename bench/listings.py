"""A million listings of a hundred thousand agencies, and what people type to find them, the same in every run.

A listing has a code, the names of its item and of its agency, what is delivered, its place in the tree of districts,
and bands of price and days. How often each query is typed, and what it means, stands in `ASKED`.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from search.analyzer import fold
from search.fields import Code, Document, Facet, Index, Moment, Number, Ranking, Text, Tree
from search.lexicon import Lexicon

FIRMS_EACH = 10  # listings of an agency
DATA = Path(__file__).resolve().parents[1] / "data"
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
EVERYONE = frozenset({"everyone"})
FACETS = ("item", "district", "price_band", "days_band")
TRADES = ("环境", "咨询", "测绘", "勘察", "水保", "检测", "安全技术", "造价咨询", "评估", "工程技术")
PARTS = "华恒正泰安达信诚远宏盛鑫瑞嘉中天和"
INDEX = Index(
    "listings", 1, Ranking("kind", {"item": 4}, "at", {"job": 30.0}, "lowered"),
    code=Code(), title=Text(8, sounds=True), names=Text(4), body=Text(1), kind=Facet(), item=Facet(), district=Tree(),
    price_band=Facet(), days_band=Facet(), price=Number(), lowered=Number(), at=Moment(),
)  # fmt: skip


class Asked(NamedTuple):
    """What is typed, how often, and for each term the words of which one must stand in what is found; those of the
    last row must not."""

    typed: str
    weight: int
    means: tuple[str, ...] = ()
    without: str = ""


ASKED = (
    Asked("", 8),
    Asked("环评", 10, ("环境影响评价 环评 环境影响报告",)),
    Asked("水保方案", 7, ("水土保持方案 水保方案",)),
    Asked("测绘", 6, ("测绘",)),
    Asked("图审", 4, ("施工图审查 图审 施工图设计文件审查",)),
    Asked("环境影响报告书", 5, ("环境影响报告书",)),
    Asked("可行性研究报告", 4, ("可行性研究报告 可研报告",)),
    Asked("评估", 4, ("评估",)),
    Asked("水保方案 桂平", 5, ("水土保持方案 水保方案", "桂平")),
    Asked("房产测绘 贵港", 4, ("房产测绘", "贵港")),
    Asked("防雷检测 -平南", 2, ("雷电防护装置检测 防雷检测",), "平南"),
    Asked("huanping", 5, ("环境影响评价 环评 环境影响报告",)),
    Asked("shuibao guigang", 2, ("水土保持 水保", "贵港")),
    Asked("hjyx", 3, ("环境影响",)),
    Asked("環境影響評價", 3, ("环境影响评价 环评 环境影响报告",)),
    Asked("華恒環境", 3, ("华恒环境",)),
    Asked("示例桂平正泰", 5, ("示例桂平正泰",)),
    Asked("安达测绘公司", 4, ("安达测绘公司",)),
    Asked("公司1234", 4, ("公司1234",)),
    Asked("L-0012345", 6, ("L-0012345",)),
    Asked("l0012", 2, ("L-0012",)),
    Asked("环", 1, ("环",)),
    Asked("公司", 1, ("公司",)),
    Asked('"土地估价" 南宁', 2, ("土地估价", "南宁")),
)


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


class City:
    """The listings, the same in every run."""

    def __init__(self, count: int):
        self.count, self.items, chance = count, rows("items.csv"), Random(6)
        districts = {row["code"]: row for row in rows("districts.csv")}
        near = [row for row in districts.values() if row["level"] in ("city", "county")]
        self.places = [tuple(_up(districts, row["code"])) for row in near]
        self.firms = [
            f"示例{chance.choice(near)['name'][:2]}{''.join(chance.sample(PARTS, 2))}"
            f"{chance.choice(TRADES)}公司{number}（示例）"
            for number in range(max(count // FIRMS_EACH, 1))
        ]

    def texts(self) -> Iterator[tuple[str, str, str, str]]:
        """The code, item, agency and deliverable of each listing."""
        for number in range(self.count):
            item = self.items[number * 7 % len(self.items)]
            yield f"L-{number:07}", item["name"], self.firms[number * 31 % len(self.firms)], item["deliverable"]

    def documents(self) -> Iterator[Document]:
        for number, (code, item, firm, deliverable) in enumerate(self.texts()):
            yield self.document(number, (item, firm), code, deliverable)

    def facets(self) -> Iterator[list[Any]]:
        for document in self.documents():
            assert document.values is not None
            yield [document.values[name] for name in FACETS]

    def document(self, number: int, title: Sequence[str], code: str, deliverable: str) -> Document:
        values = {
            "code": code, "title": title, "names": deliverable, "body": "按行业标准执行", "kind": "listing",
            "item": self.items[number * 7 % len(self.items)]["code"],
            "district": self.places[number % len(self.places)],
            "price_band": str(number % 6), "days_band": str(number % 5), "price": number * 7919 % 10_000_000,
            "lowered": 0, "at": NOW,
        }  # fmt: skip
        return Document(f"listing:{number}", 1, EVERYONE, values)

    def truth(self, asked: Asked) -> set[int]:
        """The numbers of the listings in which what is meant stands."""
        found = set()
        for number, told in enumerate(self.texts()):
            said = [fold(each) for each in told]
            there = all(any(fold(word) in each for word in words.split() for each in said) for words in asked.means)
            if there and not (asked.without and any(asked.without in each for each in said)):
                found.add(number)
        return found


def _up(districts: dict[str, dict[str, str]], code: str) -> list[str]:
    return [*_up(districts, districts[code]["parent"]), code] if code else []


def lexicon() -> Lexicon:
    names = [row["name"] for name in ("districts.csv", "items.csv") for row in rows(name)]
    return Lexicon([row["words"].split("|") for row in rows("synonyms.csv")], names + [name[:2] for name in names])
