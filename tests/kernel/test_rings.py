"""What is flagged and with which numbers; how often in an honest market, and how often where rings were planted."""

import random
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.rings import Limits, Seen, flags_of, risk_of, sample, text_key

RISKS = {"outlier": 30, "mutual": 25, "retaliation": 25, "copied": 20, "burst": 20, "shared": 40}
LIMITS = Limits(gap=150, high=480, low=200, least=3, pairs=3, burst=5, risks=RISKS)


@pytest.mark.parametrize(
    ("seen", "flags"),
    [
        (Seen(400), []),
        (Seen(100, others=(2, 480)), []),
        (Seen(100, others=(3, 480)), ["outlier"]),
        (Seen(330, others=(9, 480)), ["outlier"]),
        (Seen(331, others=(9, 480)), []),
        (Seen(500, others=(9, 300)), ["outlier"]),
        (Seen(100, others=(9, 480), own=(9, 120)), []),
        (Seen(100, others=(9, 480), own=(2, 120)), ["outlier"]),
        (Seen(500, mutual=(3, 3, 500), others=(2, 450)), ["mutual"]),
        (Seen(500, mutual=(2, 2, 500), others=(1, 450)), []),
        (Seen(500, mutual=(3, 3, 500), others=(3, 450)), []),
        (Seen(470, mutual=(3, 3, 490), others=(2, 450)), []),
        (Seen(470, mutual=(0, 3, 475), others=(3, 400)), ["mutual"]),
        (Seen(470, mutual=(0, 3, 474), others=(3, 400)), []),
        (Seen(470, mutual=(0, 2, 475), others=(3, 400)), []),
        (Seen(200, disputes=1), ["retaliation"]),
        (Seen(201, disputes=1), []),
        (Seen(100), []),
        (Seen(400, same_text=1), ["copied"]),
        (Seen(400, near=(4, 100)), ["burst"]),
        (Seen(400, near=(3, 100)), []),
        (Seen(400, near=(4, 1250)), []),
        (Seen(400, shared=("telephone",)), ["shared"]),
    ],
)
def test_a_flag_is_raised_from_its_limit_on(seen, flags):
    assert list(flags_of(seen, LIMITS)) == flags


def test_a_flag_tells_the_numbers_that_raised_it():
    found = flags_of(Seen(100, others=(7, 466), own=(4, 430), shared=("telephone", "network")), LIMITS)
    assert found["outlier"] == {"points": 100, "others": 7, "mean": 466, "given": 4, "usual": 430}
    assert found["shared"] == {"what": ["telephone", "network"]}
    assert risk_of(found, LIMITS) == 70
    assert risk_of(dict.fromkeys(RISKS, ()), LIMITS) == 100


def test_texts_are_compared_by_their_letters_and_figures():
    assert text_key("服务及时，态度很好，资料齐全。", 10) == text_key("服务及时 态度很好！资料齐全", 10)
    assert text_key("服务及时，态度很好，资料齐全。", 10) != text_key("服务及时，态度很好，资料不全。", 10)
    assert text_key("很好！！！！！！！！！", 10) is None


@given(st.sets(st.text("ABC123-|", min_size=1, max_size=9), max_size=60), st.integers(1, 100))
def test_a_sample_has_its_share_and_follows_from_the_seed_alone(names, share):
    drawn = sample("seed", sorted(names), share)
    assert drawn == sample("seed", sorted(names, reverse=True), share)
    assert len(drawn) == -(-len(names) * share // 100)
    assert set(drawn) <= names


class Town:
    """A made-up market: owners with habits, agencies with a quality, jobs over two years that both sides rate."""

    def __init__(self, seed, owners=60, agencies=40, jobs=1500):
        self.pick = random.Random(seed)
        self.habit = [self.pick.gauss(0, 25) for _ in range(owners)]
        self.good = [self.pick.gauss(425, 35) for _ in range(agencies)]
        self.jobs = [self.honest(*self.pair()) for _ in range(jobs)]
        self.planted = set()

    def pair(self):
        return self.pick.randrange(len(self.habit)), self.pick.randrange(len(self.good))

    def mark(self, mean):
        return min(500, max(100, round(self.pick.gauss(mean, 45) / 20) * 20))

    def honest(self, owner, agency):
        disputes = int(self.pick.random() < 0.12)
        upset = 60 * disputes
        says = self.mark(self.good[agency] + self.habit[owner] - upset), self.mark(440 - upset / 2)
        return {"owner": owner, "agency": agency, "by_owner": says[0], "by_agency": says[1], "disputes": disputes,
                "hour": self.pick.randrange(17_520)}  # fmt: skip

    def plant(self, job):
        self.planted.add(len(self.jobs))
        self.jobs.append(job)

    def flagged(self):
        """The flags of each rating by an owner, by the place of its job."""
        about, by, pairs = defaultdict(list), defaultdict(list), defaultdict(list)
        for at, job in enumerate(self.jobs):
            about[job["agency"]].append(at)
            by[job["owner"]].append(at)
            pairs[job["owner"], job["agency"]].append(at)
        return {at: flags_of(self.seen(at, job, about, by, pairs), LIMITS) for at, job in enumerate(self.jobs)}

    def seen(self, at, job, about, by, pairs):
        def compared(places):
            others = [self.jobs[one]["by_owner"] for one in places]
            return len(others), round(sum(others) / len(others)) if others else 0

        ours = about[job["agency"]]
        between = pairs[job["owner"], job["agency"]]
        high = [one for one in between if min(self.jobs[one]["by_owner"], self.jobs[one]["by_agency"]) >= LIMITS.high]
        near = [one for one in ours if self.jobs[one]["owner"] != job["owner"]]
        close = sum(abs(self.jobs[one]["hour"] - job["hour"]) < 24 for one in near)
        return Seen(
            points=job["by_owner"], others=compared(near), own=compared([one for one in by[job["owner"]] if one != at]),
            mutual=(len(high), len(between), compared(between)[1]), disputes=job["disputes"],
            near=(close, 1000 * len(near) * 2 // 730),
        )  # fmt: skip


def honest_share(towns):
    flags = [flags for seed in range(towns) for flags in Town(seed).flagged().values()]
    return sum(map(bool, flags)) / len(flags)


def caught_share(towns, plant):
    """The share of planted ratings that carry a flag."""
    found = planted = 0
    for seed in range(towns):
        town = Town(seed)
        plant(town)
        flags = town.flagged()
        planted += len(town.planted)
        found += sum(bool(flags[at]) for at in town.planted)
    return found / planted


def ring(town):
    """A new agency and its friend rate each other five, eight times; three others rate it as it is."""
    town.good.append(330)
    agency = len(town.good) - 1
    for _ in range(8):
        town.plant(town.honest(0, agency) | {"by_owner": 500, "by_agency": 500})
    town.jobs += [town.honest(owner, agency) for owner in (1, 2, 3)]


def quiet_ring(town):
    """The same, but they take care to give nothing out of the ordinary."""
    town.good.append(330)
    agency = len(town.good) - 1
    for _ in range(8):
        town.plant(town.honest(0, agency) | {"by_owner": 460, "by_agency": 460})
    town.jobs += [town.honest(owner, agency) for owner in (1, 2, 3)]


def boost(town):
    """Six strawmen praise an agency within a day."""
    agency, hour = 0, town.pick.randrange(17_000)
    for owner in range(10, 16):
        town.plant(town.honest(owner, agency) | {"by_owner": 500, "hour": hour + owner})


def revenge(town):
    """An owner gives one after a dispute."""
    for agency in range(6):
        town.plant(town.honest(4, agency) | {"by_owner": 100, "disputes": 1})


@pytest.mark.soak
def test_few_honest_ratings_are_flagged_and_most_planted_ones_are(at_scale):
    towns = at_scale(2, 60)
    honest = honest_share(towns)
    caught = {plant.__name__: caught_share(towns, plant) for plant in (ring, quiet_ring, boost, revenge)}
    print(f"\n{towns} towns: honest ratings flagged {honest:.2%}; planted ones: {caught}")  # noqa: T201
    assert honest < 0.03
    assert caught["ring"] > 0.9
    assert caught["quiet_ring"] > 0.3
    assert caught["boost"] > 0.9
    assert caught["revenge"] > 0.9
