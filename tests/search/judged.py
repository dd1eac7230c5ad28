"""Two hundred queries and what should answer them, judged by hand over a small city.

The city has the items of the catalogue, twelve agencies with what they list, one job for each item and some notices. A
judgement names the best things first. Where it is only numbers of items, what is asked for is each of these items: the
item itself is best (3), then its listings and its job (2), then the agencies that list it and the notices (1). "=2" is
the agency 2 itself (3) with its listings (2). "job:7" or another key stands for itself, as does the beginning of one
that ends with ":", with a grade behind "*" if it is not 3.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import log2

from search.fields import Document
from search.lexicon import Lexicon
from tests.search.corpus import rows
from tests.search.market import NOW, thing

AGENCIES = {
    "示例港北环境公司（示例）": (7, 8, 9, 43, 16),
    "示例港南水保公司（示例）": (10, 11, 12, 13, 14, 15),
    "示例桂平测绘公司（示例）": (19, 20, 22, 23, 24),
    "示例平南检测公司（示例）": (31, 32, 39),
    "示例贵港咨询公司（示例）": (1, 2, 3, 4, 5, 6, 42),
    "示例覃塘勘察公司（示例）": (17, 18, 25, 29, 44),
    "示例桂平评估公司（示例）": (17, 20, 21, 33, 34),
    "示例贵港工程技术公司（示例）": (3, 26, 27, 28, 30),
    "示例南宁安全技术公司（示例）": (35, 36, 40, 41),
    "示例柳州造价咨询公司（示例）": (37,),
    "示例玉林工程监理公司（示例）": (38,),
    "示例梧州环境公司（示例）": (7, 8, 10, 43),
}
PLACES = ("港北区", "港南区", "覃塘区", "平南县", "桂平市")
WORKS = "产业园一期 标准厂房 安置房 中学扩建 物流园 污水处理厂 旅游公路 医院扩建 码头改造 养老中心".split()
CALLED = ("单位", "机构", "公司")  # whoever serves
NOTICED = (7, 10, 17, 25, 27, 31, 35, 37, 42)

QUERIES = """
环评 | 7 8 9
环境影响评价 | 7 8 9
环境评价 | 7 8 9
环评报告 | 7 8
环评报告书 | 7
环评书 | 7
环评表 | 8
环评报告表 | 8
环境影响报告书 | 7
环境影响评价报告表 | 8
环境影响报告 | 7 8
图审 | 27 28 30
审图 | 27 28 30
施工图审查 | 27 28 30
施工图设计文件审查 | 27 28 30
水保 | 10 11 12 13
水土保持 | 10 11 12 13
水保方案 | 10 11 12
水保方案报告书 | 10
水保报告表 | 11
水保验收 | 13
水土保持验收 | 13
水保评审 | 12
可研 | 2 6
可研报告 | 2 6
可研评审 | 6
可行性研究 | 2 6
项目建议书 | 2
立项报告 | 2
核准申请报告 | 1
初设 | 3
概算 | 3
投资概算 | 3
能评 | 4 5
节能评估 | 4 5
节能报告评审 | 5
取水论证 | 14
水资源论证 | 14
防洪评价 | 15
洪评 | 15
排污口论证 | 16
入河排污口 | 16
地灾 | 17
地灾评估 | 17
地质灾害评估 | 17
压矿 | 18
压矿评估 | 18
压覆矿产 | 18
勘界 | 19
土地勘界 | 19
地价评估 | 20
土地评估 | 20
复垦 | 21
土地复垦方案 | 21
林地可研 | 22
占用林地 | 22
林地 | 22
联合测绘 | 23
多测合一 | 23
竣工测量 | 23
放线测量 | 23
房屋测绘 | 24
房测 | 24
地勘 | 25
岩土勘察 | 25
工程勘察 | 25
勘察审查 | 29
人防 | 30
人防图审 | 30
人民防空 | 30
消防检测 | 31
消检 | 31
消防 | 31
防雷检测 | 32
防雷 | 32
避雷检测 | 32
震评 | 33
地震安评 | 33
地震 | 33
气候论证 | 34
气候 | 34
安评 | 35
安全评价 | 35
安全预评价 | 35
职评 | 36
职业病 | 36
职业卫生评价 | 36
造价 | 37 =9
造价咨询 | 37 =9
监理 | 38 =10
施工监理 | 38 =10
工程监理 | 38 =10
质检 | 39
工程质量检测 | 39
质量检测 | 39
涉路评价 | 40
涉路安评 | 40
涉路 | 40
航评 | 41
通航论证 | 41
航道 | 41
稳评 | 42
社稳评估 | 42
社会稳定 | 42
环保验收 | 43
竣工环保验收 | 43
文物勘探 | 44
考古 | 44
考古勘探 | 44
huanping | 7 8 9
huanpingbaogaoshu | 7
huanjingyingxiang | 7 8 9
tushen | 27 28 30
shuibao | 10 11 12 13
shuibaofangan | 10 11 12
shuitubaochi | 10 11 12 13
keyan | 2 6
nengping | 4 5
dikan | 25
gongchengkancha | 25
jianli | 38 =10
zaojia | 37 =9
zaojiazixun | 37 =9
xiaofang | 31
xiaofangjiance | 31
fanglei | 32
zhenping | 33
wenping | 42
hangping | 41
anping | 35
zhiping | 36
kaogu | 44
fangchancehui | 24
duocehey | 23
shuiziyuan | 14
fuken | 21
lindi | 22
qihou | 34
hjyx | 7 8 9
hjyxbgs | 7
stbc | 10 11 12 13
sgtsc | 27 28 30
gczj | 37 =9
gcjl | 38 =10
dzzh | 17
szylz | 14
fcch | 24
kgdc | 44
hdth | 41
shwd | 42
環境影響評價 | 7 8 9
環評 | 7 8 9
水土保持方案報告書 | 10
圖審 | 27 28 30
可行性研究報告 | 2 6
節能報告 | 4 5
洪水影響評價 | 15
壓覆礦產 | 18
土地復墾 | 21
房產測繪 | 24
工程監理 | 38 =10
職業病危害預評價 | 36
航道通航條件 | 41
社會穩定風險評估 | 42
ZJ-007 | item:7
zj007 | item:7
ZJ-044 | item:44
zj-02 | item:20 item:21 item:22 item:23 item:24 item:25 item:26 item:27 item:28 item:29
038 | item:38
ＺＪ－０１０ | item:10
GG-2026-0007 | job:7
gg20260025 | job:25
0042 | job:42
2026-0031 | job:31
水保fangan | 10 11 12
环境yingxiang | 7 8 9
tudi复垦 | 21
工程jianli | 38 =10
消防 jiance | 31
zj-007 环评 | item:7
huangping | 7 8 9
huanpin | 7 8 9
shuiboa | 10 11 12 13
tusheng | 27 28 30
keyang | 2 6
jiangli | 38 =10
xiaofanjiance | 31
zhaojia | 37 =9
nenping | 4 5
huanbaoyanshuo | 43
港北环境 | =0
桂平测绘 | =2
示例平南检测公司 | =3
覃塘勘察 | =5
贵港咨询 | =4
玉林监理 | =10
guipingcehui | =2
gbhj | =0
南宁安全 | =8
工程技术公司 | =7
环境公司 | =0 =11
水保 港南 | listing:1:*2 agency:1 job:11*2
环评 梧州 | listing:11:7 listing:11:8 agency:11*2
港北 水保 | job:10
桂平市 水资源 | job:14
测绘 桂平 房产 | listing:2:24
huanping wuzhou | listing:11:7 listing:11:8 agency:11*2
环评 -报告表 | item:7 item:9 listing:0:7 listing:0:9 listing:11:7 job:7 job:9 notice:7*2
"环境影响报告书" | 7
污水处理厂 公告 | notice:25 notice:35
图审 公告 | notice:27
平南县 检测 | =3
贵港 可研 评审 | listing:4:6
可研评审 | 6
节能评审 | 5
土地测绘 | 19 listing:2:20*2
环评编制单位 | listing:0:7 listing:0:8 listing:11:7 listing:11:8
监理单位 | listing:10:38 agency:10
桂平水资源论证 | job:14
港北区施工图审查 | job:30
南宁安评 | listing:8:35 agency:8*2
平南防雷检测 | listing:3:32 agency:3*2
污水处理厂勘察 | job:25 notice:25*2
环评和水保 | agency:11
"""


def things() -> Iterator[Document]:
    """The city's documents: item:7, agency:0, listing:0:7, job:7, notice:7."""
    items = {int(row["code"][3:]): row for row in rows("items.csv")}
    for number, row in items.items():
        said = {"names": (row["deliverable"], row["approval"]), "body": (row["legal_basis"], row["qualification"])}
        yield thing(f"item:{number}", row["name"], code=row["code"], kind="item", **said)
        work = f"{PLACES[number % 5]}{WORKS[number % 10]}"
        posted = {"kind": "job", "at": NOW - timedelta(days=number % 7)}
        yield thing(f"job:{number}", f"{work}{row['name']}", code=f"GG-2026-{number:04}", **posted)
        if number in NOTICED:
            yield thing(f"notice:{number}", f"关于{work}{row['name']}中选结果的公告", kind="notice")
    for place, (name, listed) in enumerate(AGENCIES.items()):
        names = tuple(items[number]["name"] for number in listed)
        yield thing(f"agency:{place}", name, names=names, body=CALLED, kind="agency")
        for number in listed:
            row = items[number]
            yield thing(
                f"listing:{place}:{number}", (row["name"], name), names=row["deliverable"], body=CALLED, kind="listing"
            )


def lexicon() -> Lexicon:
    """The shipped synonyms, with the names of places and items by their sound."""
    groups = [row["words"].split("|") for row in rows("synonyms.csv")]
    return Lexicon(groups, [row["name"] for name in ("districts.csv", "items.csv") for row in rows(name)])


def queries() -> dict[str, dict[str, int]]:
    """Each query with the grade, above 0, of every key that should answer it."""
    lines = [line.partition(" | ") for line in QUERIES.strip().splitlines()]
    every = [document.key for document in things()]
    return {typed: _graded(told, every) for typed, _, told in lines}


def _graded(told: str, every: list[str]) -> dict[str, int]:
    grades: dict[str, int] = {}
    for each in told.split():
        for key, grade in _grades(each, every):
            grades[key] = max(grade, grades.get(key, 0))
    return {key: grade for key, grade in grades.items() if grade}


def _grades(told: str, every: list[str]) -> Iterator[tuple[str, int]]:
    if told.isdigit():
        listing = [place for place, listed in enumerate(AGENCIES.values()) if int(told) in listed]
        yield from ((f"item:{told}", 3), (f"job:{told}", 2))
        yield from ((f"listing:{place}:{told}", 2) for place in listing)
        yield from ((f"agency:{place}", 1) for place in listing)
        if int(told) in NOTICED:
            yield f"notice:{told}", 1
    elif told.startswith("="):
        yield from ((key, 2) for key in every if key.startswith(f"listing:{told[1:]}:"))
        yield f"agency:{told[1:]}", 3
    else:
        begins, _, grade = told.partition("*")
        whole = {key for key in every if key == begins or (begins.endswith(":") and key.startswith(begins))}
        yield from ((key, int(grade or 3)) for key in whole)


def ndcg(keys: list[str], grades: dict[str, int]) -> float:
    """How near an order of ten is to the best one: from 0 to 1."""
    got = sum((2 ** grades.get(key, 0) - 1) / log2(place + 2) for place, key in enumerate(keys[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    return got / sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(best))
