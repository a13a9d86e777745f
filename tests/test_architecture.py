"""The import order, the shape of the tree and the names it claims."""

import ast
import builtins
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("pipeline", "config", "crawlers", "storage", "analysis", "diembao")
#: package → packages of ours that it may import
ALLOWED = {
    "pipeline": set(),
    "config": {"pipeline"},
    "crawlers": {"pipeline"},
    "storage": {"pipeline"},
    "analysis": {"pipeline"},
    "diembao": set(OURS),
}


def imported(path: Path) -> set[str]:
    """Return the packages of ours that a module imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} & set(OURS)


def turned_arrows(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)} imports {other}"
        for package in OURS
        for path in sorted((root / package).rglob("*.py"))
        for other in sorted(imported(path) - ALLOWED[package] - {package})
    ]


def test_imports_follow_the_flow() -> None:
    assert turned_arrows(ROOT) == []


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
    for name in OURS:
        (tmp_path / name).mkdir()
    (tmp_path / package / "wrong.py").write_text(line)
    assert len(turned_arrows(tmp_path)) == 1


def test_no_other_distribution_claims_our_names() -> None:
    claimed = packages_distributions()
    for name in OURS:
        assert set(claimed.get(name, ["diembao"])) == {"diembao"}


def test_locks_name_no_address() -> None:
    for path in ROOT.glob("requirements*"):
        assert "://" not in path.read_text("utf-8"), path


def modules(root: Path) -> list[Path]:
    return [path for package in OURS for path in sorted((root / package).rglob("*.py"))]


def unrooted_exceptions(root: Path) -> list[str]:
    """Return our exception classes that do not derive from pipeline.errors.DiembaoError, told apart by their names."""
    bases = {
        node.name: {ast.unparse(base).split(".")[-1] for base in node.bases}
        for path in modules(root)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    raised = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    exceptions, rooted = set(raised), {"DiembaoError"}
    for _ in range(5):  # rounds: a chain of derived classes is shorter
        exceptions |= {
            name for name, of in bases.items() if of & exceptions or any(b.endswith(("Error", "Exception")) for b in of)
        }
        rooted |= {name for name, of in bases.items() if of & rooted}
    return sorted(exceptions - raised - rooted)


def test_every_exception_of_ours_derives_from_one_root() -> None:
    assert unrooted_exceptions(ROOT) == []


def test_an_exception_without_our_root_is_found(tmp_path: Path) -> None:
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "wrong.py").write_text(
        "class A(OSError): ...\nclass B(A): ...\nclass C(DiembaoError): ..."
    )
    assert unrooted_exceptions(tmp_path) == ["A", "B"]


#: Statements of SQL, which are written in capitals.
_SQL = re.compile(
    r"\b(?:SELECT\s|INSERT\s+(?:OR \w+\s+)?INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|PRAGMA\s|VACUUM\b)"
)
_DATABASE_LIBRARIES = {"sqlalchemy", "sqlite3", "psycopg", "alembic"}


def database_access(root: Path) -> list[str]:
    """Return where a module outside storage/ imports a library for databases or holds SQL."""
    places = []
    for path in modules(root):
        if path.relative_to(root).parts[0] == "storage":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
                places.append(f"{path.relative_to(root)} holds {node.value[:40]!r}")
            libraries = {name.split(".")[0] for name in names} & _DATABASE_LIBRARIES
            places += [f"{path.relative_to(root)} imports {name}" for name in sorted(libraries)]
    return places


def test_only_storage_speaks_to_a_database() -> None:
    assert database_access(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        "import sqlite3",
        "def f():\n    from sqlalchemy.exc import SQLAlchemyError",
        "Q = 'SELECT 1'",
        "Q = f'PRAGMA {1}'",
        "Q = 'VACUUM'",
        "Q = 'DELETE FROM items'",
    ],
)
def test_speaking_to_a_database_elsewhere_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "diembao").mkdir()
    (tmp_path / "diembao" / "wrong.py").write_text(line)
    assert len(database_access(tmp_path)) == 1
