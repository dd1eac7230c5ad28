"""What a browser story is told with: the market, and people who look at it through a window of a real browser."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import force_locale, gettext

from app.accounts.models import User
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.workdays import local_day
from tests import make
from tests.staging import Clock, work_until_done

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
LOOK = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} (${node.any.map(one => one.message)})`))"""
LOAD = """address => new Promise((done, fails) => document.head.append(
    Object.assign(document.createElement("script"), {src: address, onload: () => done(), onerror: () => fails()})))"""
ENGLISH = """() => document.documentElement.lang.startsWith("zh")
    ? document.body.innerText.match(/[A-Za-z]{2,}( [A-Za-z]{2,}){2,}/g) || [] : []"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll("*")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"""
HEIGHTS = {1280: 900, 390: 844}
PATIENCE = 30_000  # milliseconds until a page must be there


@dataclass
class Words:
    """`words("Submit")`: a sentence as the pages say it, whatever its translation is."""

    app: Flask
    locale: str = "zh_Hans"

    def __call__(self, text: str, **places: Any) -> str:
        with self.app.test_request_context(), force_locale(self.locale):
            return gettext(text, **places)


@dataclass
class Market:
    """The running service: where it is, what time it is there, and everybody who has a window on it. A page is
    `inspected` for accessibility once by its name and width, and kept as a picture when something is wrong with it; or
    both at `every` look: they take longer than all the rest."""

    address: str
    app: Flask
    clock: Clock
    browser: Any
    words: Words
    inspected: Path
    every: bool
    windows: list["Person"] = field(default_factory=list)

    def person(self, user: User | None = None, *, width: int = 1280, scripts: bool = True, album: Path) -> "Person":
        """Somebody at a screen; without a user, a visitor. People of one album number its pictures together."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        known = {"username": user.username, "password": make.PASSWORD} if user else {}
        person = Person(self, context, context.new_page(), album, scripts, **known)
        self.windows.append(person)
        return person

    def works(self) -> None:
        """The worker takes what is due now."""
        work_until_done(self.clock.now)
        session.remove()

    def deadline_passes(self, job_id: int) -> Job:
        """Wait until the present deadline of a job, and let the worker act on it."""
        due = self.job(job_id).due
        assert due is not None
        return self.waits_until(max(due, self.clock.now), job_id)

    def waits_until(self, now: datetime, job_id: int) -> Job:
        self.clock.now = now
        self.works()
        return self.job(job_id)

    def job(self, id: int) -> Job:
        """The job as it is in the database now, holding no lock on it."""
        session.remove()
        job = session.get_one(Job, id)
        session.remove()
        return job

    @property
    def today(self) -> date:
        return local_day(self.clock.now)

    def close(self) -> None:
        for person in self.windows:
            person.close()
        session.remove()


@dataclass
class Person:
    """One person and the window they look through. Every page they see is checked."""

    market: Market
    context: Any
    page: Any
    album: Path
    scripts: bool = True
    username: str = ""
    password: str = ""
    faults: list[str] = field(default_factory=list)
    double: Any = None

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._hears)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _hears(self, said: Any) -> None:
        """An error in the console, save the browser's own word on a page that says no."""
        if said.type == "error" and said.location["url"] != self.page.url:
            self.faults.append(said.text)

    def close(self) -> None:
        self.context.close()
        if self.double:
            self.double.close()

    def opens(self, path: str, status: int = 200) -> None:
        """Go to an address; sign in when the service asks for it, and arrive where one wanted to."""
        answer = self.page.goto(self.market.address + path)
        assert answer.status == status, f"{path}: {answer.status}"
        if self.username and "/sign-in" in self.page.url:
            self.fills("User name or mobile number", self.username)
            self.fills("Password", self.password)
            self.presses("Sign in")
            self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def speaks(self, locale: str) -> None:
        """Choose the language of all further pages."""
        self.opens("/")
        self.page.locator(f"header button[value={locale}]").click()
        self.page.locator(f"html[lang={locale.replace('_', '-')}]").wait_for()

    def fills(self, label: str, text: str) -> None:
        self.page.get_by_label(self.market.words(label), exact=False).first.fill(text)

    def chooses(self, group: str, option: str) -> None:
        """Choose one of several by its words."""
        self.group(group).get_by_label(self.market.words(option), exact=True).check()

    def group(self, name: str) -> Any:
        return self.page.get_by_role("group", name=self.market.words(name))

    def selects(self, label: str, option: str) -> None:
        """Choose from a drop-down the first line that has these words, which stand on the page as they are here."""
        places = self.page.get_by_label(self.market.words(label)).first
        places.select_option(value=places.locator("option", has_text=option).first.get_attribute("value"))

    def presses(self, button: str, *, about: str = "", within: str = "main") -> None:
        """`about` is what the button's words go on with for a reader who does not see its row."""
        name = self.market.words(button)
        known = re.compile(f"^{re.escape(name)}.*{re.escape(about)}$") if about else name
        self.page.locator(within).get_by_role("button", name=known, exact=True).click()

    def follows(self, link: str, *, exact: bool = True) -> None:
        self.page.locator("main").get_by_role("link", name=self.market.words(link), exact=exact).first.click()

    def unfolds(self, what: str) -> None:
        """Open what is folded away under these words."""
        self.page.locator("summary", has_text=self.market.words(what)).click()

    def follows_beside(self, words: str) -> None:
        """The button of the row that is about this."""
        row = self.page.locator("main .tasks > li").filter(has_text=self.market.words(words))
        row.get_by_role("link").last.click()

    def takes_up(self, wish: str) -> None:
        """Open one's desk, and there what it says waits."""
        self.opens("/desk")
        self.follows(wish, exact=False)

    def hands_in(self, name: str, group: str = "") -> None:
        """Choose a file for every file input of the page, or for the first one of a group."""
        paper = {"name": name, "mimeType": "application/pdf", "buffer": make.content()}
        places = self.each((self.group(group) if group else self.page).locator("input[type=file]"))
        for place in places[:1] if group else places:
            place.set_input_files(paper)

    def each(self, places: Any) -> list[Any]:
        """All of these places; there is one at least, and a page still on its way is waited for."""
        places.first.wait_for(state="attached")
        found: list[Any] = places.all()
        return found

    def reads(self, *words: str) -> None:
        """Wait until the page is there, and these words on it, as the reader's language says them."""
        main = self.page.locator("main")
        main.wait_for()
        for text in words:
            main.get_by_text(self.market.words(text)).first.wait_for()

    def sees(self, name: str, *words: str) -> None:
        """Hold the page to the rules: accessible, no wider than the window, no error said, no
        English sentence on a Chinese page.

        `words` must stand on it.
        """
        self.reads(*words)
        faults = [*self.faults, *self._too_wide(), *self._in_english(), *self._inaccessible(name)]
        self.faults.clear()
        if faults or self.market.every:
            number = len(list(self.album.glob("*.png"))) + 1
            self.page.screenshot(path=self.album / f"{number:02}-{name}.png", full_page=True)
        assert not faults, f"{self.page.url} ({name}):\n" + "\n".join(faults)

    def sees_wide_and_narrow(self, name: str, widths: Iterable[int] = HEIGHTS) -> None:
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.sees(f"{name}-{width}")

    def _too_wide(self) -> list[str]:
        found: list[str] = self.page.evaluate(TOO_WIDE)
        return [f"wider than the window: {one}" for one in found]

    def _in_english(self) -> list[str]:
        found: list[str] = self.page.evaluate(ENGLISH)
        return [f"English on a Chinese page: {one}" for one in found]

    def _inaccessible(self, name: str) -> list[str]:
        look = self.market.inspected / f"{name}-{self.page.viewport_size['width']}"
        if look.exists() and not self.market.every:
            return []
        look.touch()
        page = self.page if self.scripts else self._copy()
        if not page.evaluate("'axe' in window"):
            page.evaluate(LOAD, f"/{AXE.name}")
        found: list[str] = page.evaluate(LOOK, RULES)
        return found

    def _copy(self) -> Any:
        """The page as it stands, in a window of its own: where a reader has switched scripts off, axe cannot run."""
        if self.double is None:
            self.double = self.market.browser.new_page(viewport=self.page.viewport_size, reduced_motion="reduce")
            self.double.goto(self.market.address + "/healthz")
        self.double.set_content(self.page.content())
        return self.double
