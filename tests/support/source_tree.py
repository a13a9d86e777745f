"""The tree of our sources: packages, modules, what they import; and small trees written to be found wrong."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OURS = ("pipeline", "config", "crawlers", "storage", "analysis", "diembao")


def modules(root: Path, *packages: str) -> Iterator[Path]:
    """Yield the modules of packages, in order."""
    for package in packages or OURS:
        yield from sorted((root / package).rglob("*.py"))


def dotted(path: Path, root: Path) -> str:
    """Return the dotted name of a module; a package's own is that of its folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, root: Path) -> set[str]:
    """Return the dotted names that a module imports, at its top or inside a function.

    Of `from a.b import c`, both a.b and a.b.c where c is a module or a package.
    """
    names: set[str] = set()
    here = dotted(path, root).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    for node in _import_statements(path.read_text("utf-8")):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        else:
            parts = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            folder = root.joinpath(*base.split("."))
            modules_in = {
                a.name for a in node.names if (folder / f"{a.name}.py").exists() or (folder / a.name).is_dir()
            }
            names.update(f"{base}.{name}" for name in modules_in)
            if modules_in != {a.name for a in node.names}:
                names.add(base)
    return names


@cache
def _import_statements(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom))


def write_tree(root: Path, **sources: str) -> Path:
    """Write a tree of packages of ours; `a__b__c="…"` is the module a/b/c.py."""
    for package in OURS:
        (root / package).mkdir()
    for name, source in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.relative_to(root).parents:
            if folder.parts:
                (root / folder / "__init__.py").touch()
        path.write_text(source)
    return root


def our_modules(root: Path) -> list[Path]:
    return [path for package in OURS for path in sorted((root / package).rglob("*.py"))]
