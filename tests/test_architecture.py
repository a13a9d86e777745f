"""The import order, the circles and the size of the tree."""

from functools import cache
from pathlib import Path

import pytest

from tests.support.source_tree import OURS, ROOT, dotted, imports_of, modules, write_tree

#: package → packages of ours that it may import
ALLOWED = {
    "pipeline": set(),
    "config": {"pipeline"},
    "crawlers": {"pipeline"},
    "storage": {"pipeline"},
    "analysis": {"pipeline"},
    "diembao": set(OURS),
}

#: Two sub-packages that never import each other: two front ends of one program.
FRONT_ENDS = ("diembao.cli", "diembao.web")

#: Most lines of a module.
MOST_LINES = 300

#: Most modules of a folder, without its __init__.py.
MOST_MODULES = 14

#: Folders that may hold more modules, each with its reason.
LARGE_FOLDERS = {
    "diembao/cli/commands": "one module a command",
    "pipeline/records": "one module for the records of each step",
    "storage/schema": "one module for the tables of each room",
    "storage/migrations/versions": "one module a version of the tables",
}


def turned_arrows(root: Path) -> list[str]:
    """Return the imports between top-level packages that ALLOWED does not have."""
    return [
        f"{path.relative_to(root)} imports {other}"
        for package in OURS
        for path in modules(root, package)
        for other in sorted({name.split(".")[0] for name in imports_of(path, root)} & set(OURS))
        if other not in ALLOWED[package] | {package}
    ]


@cache
def node_of(name: str, root: Path) -> str:
    """Return the node of the import graph in which a module lies: its sub-package.

    A module that lies directly in a folder with sub-packages is a node of its own.
    """
    path = root.joinpath(*name.split("."))
    folder = path if path.is_dir() else path.parent
    if path != folder and not any((child / "__init__.py").exists() for child in folder.iterdir() if child.is_dir()):
        return ".".join(folder.relative_to(root).parts)
    return name


def circles(root: Path) -> list[str]:
    """Return the groups of nodes that import each other, directly or by way of others."""
    graph: dict[str, set[str]] = {}
    for path in modules(root):
        node = node_of(dotted(path, root), root)
        targets = {node_of(name, root) for name in imports_of(path, root) if name.split(".")[0] in OURS}
        graph.setdefault(node, set()).update(targets - {node})
    reach = {node: _reachable(node, graph) for node in graph}
    groups = {frozenset({node, *(other for other in reach[node] if node in reach[other])}) for node in graph}
    return sorted(" <-> ".join(sorted(group)) for group in groups if len(group) > 1)


def _reachable(start: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in graph.get(waiting.pop(), set()) - seen:
            if target in graph:
                seen.add(target)
                waiting.append(target)
    return seen


def front_ends_joined(root: Path) -> list[str]:
    """Return the imports of one front end by another."""
    return [
        f"{path.relative_to(root)} imports {name}"
        for front_end in FRONT_ENDS
        for path in modules(root, front_end.replace(".", "/"))
        for name in sorted(imports_of(path, root))
        if any(f"{name}.".startswith(f"{other}.") for other in FRONT_ENDS if other != front_end)
    ]


def long_modules(root: Path) -> list[str]:
    """Return the modules, with their number of lines, that are too long."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules(root)}
    return [f"{path.relative_to(root)}: {lines}" for path, lines in lengths.items() if lines > MOST_LINES]


def ill_sized_folders(root: Path) -> list[str]:
    """Return the folders, with their number of modules, that hold too many, or one and no folder below."""
    counts: dict[Path, int] = {}
    for path in modules(root):
        counts.setdefault(path.parent, 0)
        counts[path.parent] += path.name != "__init__.py"
    parents = {parent for folder in counts for parent in folder.parents}
    return [
        f"{folder.relative_to(root).as_posix()}: {count}"
        for folder, count in sorted(counts.items())
        if (count > MOST_MODULES and folder.relative_to(root).as_posix() not in LARGE_FOLDERS)
        or (count == 1 and folder not in parents)
    ]


def benchmark_imports(root: Path) -> list[str]:
    """Return the tests that import a benchmark; what both need lies in tests/support."""
    return [
        str(path.relative_to(root))
        for path in modules(root, "tests")
        if "benchmarks" in {name.split(".")[0] for name in imports_of(path, root)}
    ]


def test_imports_follow_the_flow() -> None:
    assert turned_arrows(ROOT) == []


def test_no_sub_packages_import_each_other() -> None:
    assert circles(ROOT) == []


def test_front_ends_know_nothing_of_each_other() -> None:
    assert front_ends_joined(ROOT) == []


def test_modules_are_short() -> None:
    assert long_modules(ROOT) == []


def test_folders_hold_neither_one_module_nor_too_many() -> None:
    assert ill_sized_folders(ROOT) == []


def test_exceptions_are_still_needed() -> None:
    assert all((ROOT / name).is_dir() for name in LARGE_FOLDERS)


def test_tests_do_not_import_benchmarks() -> None:
    assert benchmark_imports(ROOT) == []


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("pipeline", "import storage.database"),
        ("pipeline", "def f():\n    from config.load import parse_toml"),
        ("crawlers", "from diembao.system.clock import now"),
        ("analysis", "from storage import base"),
    ],
)
def test_a_turned_arrow_is_found(tmp_path: Path, package: str, line: str) -> None:
    assert len(turned_arrows(write_tree(tmp_path, **{f"{package}__wrong": line}))) == 1


def test_a_circle_is_found(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        storage__a__one="from storage.b import two",
        storage__b__two="def f():\n    from ..c.three import X",
        storage__c__three="import storage.a.one",
        storage__a__alone="from storage.a.one import Y",
    )
    assert circles(tmp_path) == ["storage.a <-> storage.b <-> storage.c"]


def test_a_module_beside_sub_packages_is_a_node_of_its_own(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        storage__top="from storage.a.one import X",
        storage__base="",
        storage__a__one="from storage import base",
    )
    assert circles(tmp_path) == []
    (tmp_path / "storage" / "base.py").write_text("from storage.top import Z")
    assert circles(tmp_path) == ["storage.a <-> storage.base <-> storage.top"]


def test_a_front_end_that_imports_another_is_found(tmp_path: Path) -> None:
    write_tree(
        tmp_path, diembao__web__app="from diembao.cli.main import cli", diembao__cli__main="import diembao.system"
    )
    assert front_ends_joined(tmp_path) == ["diembao/web/app.py imports diembao.cli.main"]


def test_a_long_module_is_found(tmp_path: Path) -> None:
    write_tree(tmp_path, config__long="x = 1\n" * (MOST_LINES + 1), config__short="x = 1\n" * MOST_LINES)
    assert long_modules(tmp_path) == [f"config/long.py: {MOST_LINES + 1}"]


def test_folders_of_one_and_of_too_many_modules_are_found(tmp_path: Path) -> None:
    many = {f"storage__many__m{n}": "" for n in range(MOST_MODULES + 1)}
    few = {f"storage__few__m{n}": "" for n in range(MOST_MODULES)}
    commands = {f"diembao__cli__commands__m{n}": "" for n in range(MOST_MODULES + 1)}
    write_tree(
        tmp_path,
        storage__one__m="",
        storage__one_above__m="",
        storage__one_above__below__m="",
        storage__one_above__below__n="",
        **many,
        **few,
        **commands,
    )
    assert ill_sized_folders(tmp_path) == [f"storage/many: {MOST_MODULES + 1}", "storage/one: 1"]


def test_a_test_that_imports_a_benchmark_is_found(tmp_path: Path) -> None:
    write_tree(
        tmp_path, tests__support__days="import benchmarks_of_others", tests__test_x="from benchmarks.days import item"
    )
    assert benchmark_imports(tmp_path) == ["tests/test_x.py"]
