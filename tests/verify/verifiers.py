"""The two stand-alone verifiers as a stranger runs them, and in bulk: one process for many transcripts."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON, NODE = ROOT / "verify" / "draw.py", ROOT / "verify" / "draw.mjs"
NO_NODE = "Node is not installed (make setup)"
BULK = """
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
const { check } = await import(pathToFileURL(process.env.VERIFIER).href);
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await check(JSON.parse(line))));
"""


def node() -> str | None:
    """This machine's Node, or the one that set-up puts beside this Python."""
    return shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))


def run(program: Path, *args: str) -> tuple[int, str]:
    """Exit status and what it said, from another folder than the project's."""
    with_ = [str(node())] if program.suffix == ".mjs" else [sys.executable, "-I"]
    done = subprocess.run([*with_, str(program), *args], capture_output=True, text=True, cwd="/", check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def loaded(path: Path) -> Any:
    """A program of verify/ as a module."""
    spec = importlib.util.spec_from_file_location("stranger", path)
    assert spec and spec.loader
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def by_python(texts: Iterable[str], folder: Path) -> list[int]:
    """What verify/draw.py answers to each text."""
    return [code for code, _ in told_by_python(texts, folder)]


def told_by_python(texts: Iterable[str], folder: Path) -> list[tuple[int, str]]:
    """The same with what it says."""
    program = loaded(PYTHON)
    file, answers = folder / "transcript.json", []
    for text in texts:
        file.write_text(text, encoding="utf-8")
        answers.append(program.judge(file))
    return answers


def by_node(texts: Iterable[str]) -> list[int]:
    """What verify/draw.mjs answers to each text."""
    return [answer["code"] for answer in told_by_node(texts)]


def told_by_node(texts: Iterable[str]) -> list[dict[str, Any]]:
    """The same with what it says and, by name and parts, why."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    command, told = [str(node()), "--input-type=module", "-e", BULK], os.environ | {"VERIFIER": str(NODE)}
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, env=told)
    return [json.loads(line) for line in done.stdout.splitlines()]
