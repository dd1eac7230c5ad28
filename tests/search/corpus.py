"""Titles and names as a city has them, made from the catalogue, the districts and the demonstration's way of naming."""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from random import Random

from search.analyzer import HAN, fold

DATA = Path(__file__).parents[2] / "data"
TRADES = ("咨询", "检测", "测绘", "评估", "勘察", "环境", "水保", "工程技术", "安全技术", "造价咨询", "工程监理")
WORKS = """
产业园一期 标准厂房 安置房 中学扩建 物流园 污水处理厂 旅游公路 人民医院扩建 码头改造 养老中心 110kV输变电工程
S304公路改扩建 农村饮水安全工程 35kV变电站 BIM示范楼 LNG气化站 3号安置小区 垃圾填埋场 生猪养殖场 石灰石矿山
建筑垃圾资源化项目 屋顶光伏电站 滨江公园（二期） 智慧停车场
""".split()
TRADITIONAL = (
    "環境影響評價服務公告",
    "桂平市水土保持監測報告",
    "貴港市工程測繪項目招標",
    "示例臺灣設計諮詢公司（示例）",
)
NEAR = ("乡", "镇", "街道", "县", "贵港市", "桂平市", "港北区")
LONGEST = 6


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def titles() -> list[str]:
    """At least two thousand different ones, the same in every run."""
    items, chance = rows("items.csv"), Random(6)
    places = [row["name"] for row in rows("districts.csv")]
    near = [
        name for name in places if name.endswith(("乡", "镇", "街道", "县")) or name in ("港北区", "桂平市", "贵港市")
    ]
    firms = [f"示例{place}{trade}公司{chance.randrange(1, 400)}（示例）" for place, trade in product(near, TRADES)]
    jobs = [
        f"{chance.choice(near)}{chance.choice(WORKS)}{item['name']}{chance.choice(('', '服务', '采购', '（第二次）'))}"
        for item in items
        for _ in range(16)
    ]
    notices = [f"关于{job}中选结果的公告〔2026〕{number}号" for number, job in enumerate(jobs, 1) if number % 3 == 0]
    named = [item["name"] for item in items] + [item["deliverable"] for item in items]
    return list(dict.fromkeys([*named, *places, *firms, *jobs, *notices, *TRADITIONAL]))


def parts(folded: str) -> Iterator[str]:
    """Every row of 2 to 6 characters of a folded title that one may ask for. Outside of what is promised are those that
    begin or end with a mark or a space, and those that cut a Latin word, or a number at its beginning: a word is found
    whole, a number by its beginning."""
    for start in range(len(folded)):
        for length in range(2, LONGEST + 1):
            part = folded[start : start + length]
            if len(part) == length and _may_be_asked(folded, start, start + length):
                yield part


def _may_be_asked(folded: str, start: int, end: int) -> bool:
    first, last = folded[start], folded[end - 1]
    if not (first.isalnum() and last.isalnum()) or (first.isascii() and _in_word(folded, start - 1)):
        return False
    return not (_last_word(folded[start:end])[:1].isalpha() and _in_word(folded, end))


def _in_word(folded: str, at: int) -> bool:
    return 0 <= at < len(folded) and folded[at].isascii() and folded[at].isalnum()


def _last_word(part: str) -> str:
    return re.split("[^a-z0-9]", part)[-1]


def holds(part: str) -> Callable[[str], object]:
    """How to tell whether a part stands in a folded title: nothing but its characters, whatever marks stand between."""
    if all(character.isalnum() and not character.isascii() for character in part):
        return lambda folded: part in folded
    said = "".join(rf"[^\w{HAN}]+" if mark else re.escape(word) for mark, word in re.findall(r"(\W+)|(\w+)", part))
    before = r"(?<![a-z0-9])" if part[0].isascii() else ""
    after = r"(?![a-z0-9])" if _last_word(part)[:1].isalpha() else ""
    return re.compile(before + said + after).search


def folded_titles() -> dict[str, str]:
    """Each title with its folded form."""
    return {title: fold(title) for title in titles()}
