"""The map of the code and the questions asked of every module: change the tables here, in review, or the code.

A check takes a module's dotted name and its source, and returns what is wrong with it as sentences.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
FEATURES = [
    "districts",
    "accounts",
    "calendars",
    "catalogue",
    "agencies",
    "methods",
    "jobs",
    "entries",
    "inquiries",
    "addenda",
    "panels",
    "openings",
    "selections",
    "fairness",
    "objections",
    "contracts",
    "services",
    "alterations",
    "payments",
    "ratings",
    "appeals",
    "scores",
    "reviews",
    "credit",
    "blacklists",
    "speed",
    "terms",
    "notices",
    "lateness",
    "oversight",
    "finding",
    "performance",
]
DOMAIN = {
    "rules": 0, "models": 1, "bars": 2, "eligibility": 2, "posting": 2, "ahead": 2, "eligible": 3, "envelopes": 3,
    "asking": 2, "facets": 3, "hits": 3, "clock": 3, "measures": 3, "barring": 3, "rehearsal": 3, "ranking": 3,
    "changes": 3, "operations": 4, "documents": 5,
}  # fmt: skip
WEB = {"forms": 0, "views": 1, "commands": 1}
BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LONGEST_FILE, LONGEST_FUNCTION = 250, 40
LATE = {"app", "search.connect"}  # import in a function: the settings tell what

IMPURE = {"flask", "flask_babel", "flask_login", "flask_wtf", "jinja2", "sqlalchemy", "werkzeug", "wtforms", "config"}
FILES_AND_ENVIRONMENT = {"os", "pathlib", "io", "shutil", "subprocess", "tempfile", "socket"}
WALL_CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime", "func.now", "func.current_timestamp",
}  # fmt: skip
COMMITS = {"db.settle", "db.transaction"}
DOORS = {"get", "post", "put", "patch", "delete", "route"}
STATES = {"state", "role"}
ACTORS = {"actor", "me", "person", "unit", "member", "membership", "user", "current_user"}
LAW_CLASSES = {"State", "Role", "Kind"}
ROLES = {"owner", "agency", "regulator", "operator", "visitor", "clock", "administrator", "delegate", "authorised"}
QUESTIONS = {"in_", "not_in", "is_", "is_not", "startswith", "endswith", "__eq__"}
TEMPLATE_QUESTIONS = {"eq", "equalto", "==", "ne", "!=", "in", "sameas"}


def sources() -> dict[str, str]:
    """Every module of app/ and search/ by name; an empty package file says nothing."""
    paths = [path for top in ("app", "search") for path in sorted((ROOT / top).rglob("*.py"))]
    return {name_of(path): text for path in paths if (text := path.read_text()) or path.name != "__init__.py"}


def templates() -> dict[str, str]:
    folder = ROOT / "templates"
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(folder.rglob("*.html"))}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(module: str) -> tuple[int, int, int]:
    """A module's (floor, feature, file). It may import only from strictly lower places, or from its own open folder."""
    match module.split("."):
        case ["search", *_] | ["app", "kernel", *_]:
            return (0, 0, 0)
        case ["app", "infra", *_]:
            return (1, 0, 0)
        case ["app", feature, file] if feature in FEATURES and file in DOMAIN:
            return (2, FEATURES.index(feature), DOMAIN[file])
        case ["app", "web", *_]:
            return (3, 0, 0)
        case ["app", feature, file] if feature in FEATURES and file in WEB:
            return (4, FEATURES.index(feature), WEB[file])
        case ["app", "demonstration", *_]:
            return (5, 0, 0)
        case ["app", "wiring"]:
            return (5, 1, 0)
        case ["app"]:
            return (6, 0, 0)
    raise LookupError(f"{module} has no place on the map")


def folder(module: str) -> str:
    """The open folder a module belongs to: inside it only cycles are forbidden. Features are not open."""
    parts = module.split(".")
    if parts[0] == "search":
        return "search"
    return parts[1] if parts[1:] and parts[1] in ("kernel", "infra", "web", "demonstration") else ""


def imports(module: str, source: str, known: set[str]) -> set[str]:
    """The modules of ours that a module names anywhere, in functions and for the type checker too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node, known)
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("app", "search")} - {module}


def _base(module: str, node: ast.ImportFrom, known: set[str]) -> str:
    if not node.level:
        return node.module or ""
    is_package = any(name.startswith(module + ".") for name in known)
    parts = module.split(".")[: None if is_package else -1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def upward_imports(module: str, source: str, known: set[str]) -> list[str]:
    found = []
    for other in sorted(imports(module, source, known)):
        if module.startswith("search") != other.startswith("search") and module.startswith("search"):
            found.append(f"search has never heard of the application: {module} imports {other}")
        elif _is_package(other, known) or (folder(module) and folder(module) == folder(other)):
            continue
        elif place(module)[0] == place(other)[0] == 4 and place(module)[1] != place(other)[1]:
            found.append(f"{module} borrows the pages of {other}")
        elif place(other) >= place(module):
            found.append(f"{module} imports {other}, which is not below it")
        elif place(module)[0] == 0 and folder(module) != folder(other):
            found.append(f"{module} imports {other}: both stand on the ground")
    return found


def _is_package(module: str, known: set[str]) -> bool:
    """An empty package, named on the way to a module."""
    return module not in known and any(name.startswith(module + ".") for name in known)


def hidden_imports(module: str, source: str) -> list[str]:
    if module in LATE:
        return []
    blocks = (node for node in ast.walk(ast.parse(source)) if isinstance(node, BLOCKS))
    found = [
        f"{module}: {block.name} hides an import"
        for block in blocks
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(block))
    ]
    called = [call for call in _calls(source) if _last(call.func) in ("import_module", "__import__")]
    return found + [f"{module}, line {call.lineno}: imports what only running it tells" for call in called]


def impurities(module: str, source: str) -> list[str]:
    """Rules and the kernel know neither web nor rows, rules know only rules and the kernel, the kernel only itself."""
    kernel, rules = module.startswith("app.kernel"), module.endswith(".rules")
    if not (kernel or rules):
        return []
    found = []
    for name in sorted(_imported(source)):
        top, last = name.split(".")[0], name.split(".")[-1]
        ours = name.startswith("app.kernel") or (rules and (".rules" in name or last == "rules"))
        if top in IMPURE | FILES_AND_ENVIRONMENT or (top in ("app", "search") and not ours):
            found.append(f"{module} is pure and imports {name}")
    return found + [f"{module} is pure and opens a file" for call in _calls(source) if _dotted(call.func) == "open"]


def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            bare = node.module and len(node.module.split(".")) < 3 and node.module.split(".")[0] == "app"
            names |= {f"{node.module}.{alias.name}" if bare else node.module or "" for alias in node.names}
    return names


def other_commits(module: str, source: str) -> list[str]:
    """Only the database floor commits; a request, a task or a command is settled where it began, never in between."""
    if module == "app.infra.db":
        return []
    begins = module.startswith(("app.infra", "app.demonstration")) or module == "app.web.answers"
    found = []
    for node, name in _names(source):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            found.append(f"{module}, line {node.lineno}: only app.infra.db commits")
        elif _tail(name) in COMMITS and not (begins or module.endswith(".commands")):
            found.append(f"{module}, line {node.lineno}: who began the work ends its transaction")
    return found


def other_clocks(module: str, source: str) -> list[str]:
    """The time is read at the door, where requests come in, in commands and in the factory, and handed on."""
    if module in ("app", "app.web.door", "app.web.server") or module.endswith(".commands"):
        return []
    read = [node for node, name in _names(source) if _tail(name) in WALL_CLOCKS]
    return [f"{module}, line {node.lineno}: the time comes with the act" for node in read]


def open_doors(module: str, source: str) -> list[str]:
    """Every view says who may enter; the service would not start otherwise."""
    found = []
    for function in _functions(source):
        calls = [mark.func for mark in function.decorator_list if isinstance(mark, ast.Call)]
        is_view = any(isinstance(call, ast.Attribute) and call.attr in DOORS for call in calls)
        if is_view and not any(_last(call) == "allow" for call in calls):
            found.append(f"{module}: {function.name} declares no rule")
    return found


def other_environments(module: str, source: str) -> list[str]:
    if module == "app":
        return []
    read = [node for node in ast.walk(ast.parse(source)) if _dotted(node) in ("os.environ", "os.getenv")]
    return [f"{module}, line {node.lineno}: only config.py reads the environment" for node in read]  # type: ignore[attr-defined]


def private_law(module: str, source: str) -> list[str]:
    """Nobody but the rules (and the questions and queries of models, and the way ahead) compares a state or a role."""
    if place(module)[0] < 2 or module.endswith((".rules", ".models", ".ahead")):
        return []
    tree = ast.parse(source)
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    tables = {alias.name for node in imported if (node.module or "").endswith(".rules") for alias in node.names}
    found = []
    for node in ast.walk(tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            asked = [node.left, *node.comparators]
        elif isinstance(node, ast.Match):
            asked = [node.subject]
        elif isinstance(node, ast.Subscript) and _last(node.value) not in tables:
            asked = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUESTIONS:
            asked = [node.func.value]
        if _filters(node) or any(_is_law(part, literals=isinstance(node, ast.Compare)) for part in asked):
            found.append(f"{module}, line {node.lineno}: compares a state or a role: ask the rules or a named question")  # type: ignore[attr-defined]
    return found


def _filters(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and _last(node.func) == "filter_by"
        and any(word.arg in STATES for word in node.keywords)
    )


def _is_law(node: ast.expr, literals: bool) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_is_law(part, literals) for part in node.elts)
    if isinstance(node, ast.Attribute):
        return (
            node.attr in STATES
            or (node.attr == "kind" and _last(node.value) in ACTORS)
            or _last(node.value) in LAW_CLASSES
        )
    if isinstance(node, ast.Call) and _last(node.func) == "getattr":
        return any(isinstance(part, ast.Constant) and part.value in STATES for part in node.args)
    return literals and isinstance(node, ast.Constant) and node.value in ROLES | said_states()


@cache
def said_states() -> set[str]:
    """The values of every State in the law."""
    trees = [ast.parse(path.read_text()) for path in sorted((ROOT / "app").glob("*/rules.py"))]
    laws = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "State"]
    rows = [row.value for law in laws for row in law.body if isinstance(row, ast.Assign)]
    return {row.value for row in rows if isinstance(row, ast.Constant)}


def private_law_of_a_template(name: str, source: str) -> list[str]:
    """A page shows what it is offered; it never tests a state or a role."""
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(source)
    asked: list[nodes.Node] = list(tree.find_all(nodes.Compare))
    asked += [test for test in tree.find_all(nodes.Test) if test.name in TEMPLATE_QUESTIONS]
    asked += [branch.test for branch in tree.find_all((nodes.If, nodes.CondExpr))]
    lines = {node.lineno for node in asked if _names_law(node)}
    return [f"{name}, line {line}: tests a state or a role" for line in sorted(lines)]


def _names_law(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Call | nodes.Filter):
        return False  # a question asked of somebody who knows
    if isinstance(node, nodes.Getattr):
        base = getattr(node.node, "attr", getattr(node.node, "name", ""))
        return node.attr in STATES or (node.attr == "kind" and base in ACTORS)
    return any(_names_law(child) for child in node.iter_child_nodes())


def oversized(module: str, source: str) -> list[str]:
    lines = len([line for line in source.splitlines() if line.strip()])
    found = [f"{module} has {lines} lines of at most {LONGEST_FILE}"] if lines > LONGEST_FILE else []
    for function in _functions(source):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > LONGEST_FUNCTION:
            found.append(f"{module}: {function.name} has {length} lines of at most {LONGEST_FUNCTION}")
    return found


def _functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _names(source: str) -> Iterator[tuple[ast.Name | ast.Attribute, str]]:
    """Every name and attribute of a module, in full as its imports tell, whatever they are called here."""
    tree = ast.parse(source)
    full = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            full |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, dot, rest = _dotted(node).partition(".")
            yield node, full.get(first, first) + dot + rest


def _tail(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.expr) -> str:
    return _dotted(node).rsplit(".", 1)[-1]
