"""Change the law in small ways, one at a time, and show how many of the changes its own tests notice (mutmut).

    make mutants                                                   the kernel and every rules.py, for hours
    .venv/bin/python scripts/mutants.py app/kernel/workdays.py     one file

Prints what went unnoticed and the share noticed, and fails when that is less than nine tenths. mutmut leaves out
decorated functions; questions (`@who`) and properties are changed here too, as the law is written in them.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from hypothesis import Phase, settings
from libcst import matchers
from mutmut.__main__ import _run
from mutmut.configuration import config
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import mangled_name_from_mutant_name

ROOT = Path(__file__).parent.parent
MADE = Path("mutants")
FILES = ("app/kernel/*.py", "app/*/rules.py")
# What is tested in another place than beside its name.
LAW_ITSELF = ["tests/kernel/test_law.py"]
TESTED_BY = {
    "app/kernel/stream.py": ["tests/kernel/test_draw.py"],
    "app/kernel/terms.py": ["tests/kernel/test_draw.py"],
    "app/kernel/transcript.py": ["tests/kernel/test_draw.py", "tests/kernel/test_transcript.py"],
    "app/kernel/choosing.py": ["tests/kernel/test_choosing.py", "tests/kernel/test_discounts.py"],
}
LEAST_PERCENT = 90
NOTICED = ("killed", "timeout")
DECORATED = matchers.Decorator(matchers.Name("property") | matchers.Call(matchers.Name("who")))
BROKEN_OFF, FAILED = pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED

# What was called while tests were imported.
AT_IMPORT: set[str] = set()


def main() -> None:
    os.chdir(ROOT)
    known = (path for pattern in FILES for path in Path().glob(pattern))
    files = sys.argv[1:] or sorted(str(path) for path in known if "def " in path.read_text(encoding="utf-8"))
    config().only_mutate = files
    if len(files) == 1:
        change(files[0])
    else:
        for file in files:
            subprocess.run([sys.executable, __file__, file])
    sys.exit(tell(files))


def tests_of(file: str) -> list[str]:
    """The test files of a file of the law; where it has none of its own, those of the kernel's tables are tried."""
    path = Path(file)
    name = "test_rules.py" if path.name == "rules.py" else f"test_{path.name}"
    beside = str(Path("tests", *path.parts[1:-1], name))
    return [test for test in TESTED_BY.get(file, [beside]) if Path(test).exists()] or LAW_ITSELF


def change(file: str) -> None:
    """Try every change of a file, from the start."""
    for old in (MADE / "mutmut-stats.json", MADE / f"{file}.meta", MADE / file):
        old.unlink(missing_ok=True)
    shutil.rmtree(MADE / "tests", ignore_errors=True)
    config().pytest_add_cli_args_test_selection = tests_of(file)
    change_what_is_decorated()
    run_all_that_may_notice()
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], derandomize=True)
    settings.load_profile("mutants")
    _run((), int(os.environ.get("WORKERS", "2")))


def change_what_is_decorated() -> None:
    """Let mutmut into questions and properties: the copies it makes lose the decorator, what calls them keeps it."""
    skip, arrange = file_mutation.MutationVisitor._skip_node_and_children, file_mutation.function_trampoline_arrangement

    def ours(node: cst.CSTNode) -> bool:
        return matchers.matches(node, matchers.FunctionDef(decorators=[DECORATED]))

    def enters(visitor: Any, node: cst.CSTNode) -> bool:
        return not ours(node) and skip(visitor, node)

    def plain(function: cst.FunctionDef, *more: Any, **named: Any) -> Any:
        declared, (calling, *copies), assigned, names = arrange(function, *more, **named)
        if ours(function):
            copies = [copy.with_changes(decorators=[]) for copy in copies]
        return declared, [calling, *copies], assigned, names

    file_mutation.MutationVisitor._skip_node_and_children = enters
    file_mutation.function_trampoline_arrangement = plain


def run_all_that_may_notice() -> None:
    """Import tests and law anew under a change of what makes their tables; the fastest test comes first."""
    execute, run = PytestRunner.execute_pytest, PytestRunner.run_tests

    def with_imports(runner: PytestRunner, params: list[str], plugins: Sequence[Any] = ()) -> int:
        return execute(runner, params, plugins=[*plugins, Imports()])

    def anew(runner: PytestRunner, *, mutant_name: str | None, tests: Sequence[str]) -> int:
        if mutant_name and mangled_name_from_mutant_name(mutant_name) in AT_IMPORT:
            for name in [name for name in sys.modules if name.split(".")[0] in ("app", "tests", "config")]:
                del sys.modules[name]
        took = state().duration_by_test
        code = run(runner, mutant_name=mutant_name, tests=sorted(tests, key=lambda test: (took[test], test)))
        return FAILED if code == BROKEN_OFF else code

    PytestRunner.execute_pytest = with_imports
    PytestRunner.run_tests = anew


class Imports:
    """What is called while the tests are imported concerns all of them."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        AT_IMPORT.update(state()._stats)
        state()._stats.clear()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for function in AT_IMPORT:
            state().tests_by_mangled_function_name[function] |= {item.nodeid for item in session.items}


def tell(files: Sequence[str]) -> int:
    """Print what went unnoticed in a file, and the shares; 1 when the share of all is too small."""
    shares, total = [], Counter[str]()
    for file in files:
        known = SourceFileMutationData(path=Path(file))
        known.load()
        results = {name: status_by_exit_code[code] for name, code in known.exit_code_by_key.items()}
        for name, status in results.items():
            if status not in NOTICED and len(files) == 1:
                print(f"{status}: {name}", *changed_lines(name, Path(file)), sep="\n    ")
        counted = Counter("noticed" if status in NOTICED else "missed" for status in results.values())
        counted["endless"] = sum(status == "timeout" for status in results.values())
        shares.append((counted, file))
        total += counted
    for counted, file in [*shares, (total, "all")]:
        if number := counted["noticed"] + counted["missed"]:
            endless = f", {counted['endless']} by running on" if counted["endless"] else ""
            print(f"{share(counted):6.1f} %  {counted['noticed']:5} of {number:5}  {file}{endless}")
    return int(share(total) < LEAST_PERCENT)


def changed_lines(name: str, file: Path) -> list[str]:
    lines = get_diff_for_mutant(name, path=file).splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def share(counted: Counter[str]) -> float:
    return 100 * counted["noticed"] / max(1, counted["noticed"] + counted["missed"])


if __name__ == "__main__":
    main()
