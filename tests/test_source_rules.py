"""Rules of the sources: names they claim, locks, one root of exceptions, SQL in storage alone."""

import ast
import builtins
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.source_tree import OURS, ROOT, our_modules


def test_no_other_distribution_claims_our_names() -> None:
    claimed = packages_distributions()
    for name in OURS:
        assert set(claimed.get(name, ["diembao"])) == {"diembao"}


def test_locks_name_no_address() -> None:
    for path in ROOT.glob("requirements*"):
        assert "://" not in path.read_text("utf-8"), path


def unrooted_exceptions(root: Path) -> list[str]:
    """Return our exception classes that do not derive from pipeline.errors.DiembaoError, told apart by their names."""
    bases = {
        node.name: {ast.unparse(base).split(".")[-1] for base in node.bases}
        for path in our_modules(root)
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
    for path in our_modules(root):
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
