"""The desk under a real `diembao serve`: begun, killed, begun again, ended; a port that is taken; who tells of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from config.alerts import Rule
from config.desk import DeskSettings
from diembao.service import desk_process
from diembao.service.alert_rules import AlertContext, raise_alerts
from diembao.system.clock import now
from diembao.system.home import Home
from pipeline.i18n.language import use_language
from storage.database import open_database
from tests.support.cli import json_lines, run_inside
from tests.support.desk_server import write_desk_home

pytestmark = pytest.mark.long(25)


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found


def ask(url: str) -> httpx.Response:
    return httpx.get(url, timeout=60, trust_env=False)


def told(home: Home, name: str) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((home.root / name).read_text("utf-8"))
    except OSError:
        return {}
    return found


def told_by(row: dict[str, Any], words: str) -> dict[str, Any] | None:
    """Return a row of `status` where one of its troubles begins with these words."""
    return row if any(trouble.startswith(words) for trouble in row["troubles"]) else None


def desk_of(serve: int) -> int:
    """Return the process of the desk that a service keeps."""
    threads = Path(f"/proc/{serve}/task").iterdir()
    children = [child for thread in threads for child in (thread / "children").read_text().split()]
    [pid] = [int(pid) for pid in children if "diembao.web" in Path(f"/proc/{pid}/cmdline").read_text()]
    return pid


def enabled(home: Home, port: int) -> None:
    settings = home.config / "settings.toml"
    text = settings.read_text("utf-8").replace("enabled = false", "enabled = true", 1)
    settings.write_text(text.replace("port = 8322", f"port = {port}", 1), "utf-8")
    (home.config / "schedule.toml").write_text('[serve]\nhealth = "127.0.0.1:0"\n')


def status(home: Home) -> dict[str, Any]:
    [row] = json_lines(run_inside("--home", home.root, "--lang", "en", "--json", "status").stdout)
    return row


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return write_desk_home(tmp_path / "home")


def test_the_service_keeps_the_desk_and_tells_of_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    port = other.getsockname()[1]
    enabled(home, port)
    code = (
        "from diembao.service import desk_process as desk; desk._ASK, desk._LISTEN_AGAIN = 0.2, 0.5; "
        "from diembao.cli.main import main; main()"
    )
    words = [sys.executable, "-c", code, "--home", str(home.root), "--lang", "en", "serve"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as serve:
        try:
            until(lambda: told(home, "desk.json").get("error") and told(home, "serve.json").get("health"))
            health = told(home, "serve.json")["health"]
            # The port belongs to another program: said everywhere, and tried again.
            until(lambda: ask(f"{health}/readyz").status_code == 503)
            # Between two tries it is for a moment only said that nobody answers.
            words_of_desk = f"The desk cannot listen at 127.0.0.1:{port}: "
            until(lambda: ask(f"{health}/readyz").json()["desk"].startswith(words_of_desk))
            assert "diembao_desk_well 0.0" in ask(f"{health}/metrics").text
            row = until(lambda: told_by(status(home), words_of_desk))
            assert (row["desk_answers"], row["healthy"]) == (False, False)
            assert run_inside("--home", home.root, "status").returncode == 1
            other.close()
            url = until(lambda: told(home, "desk.json")["address"])
            assert url == f"http://127.0.0.1:{port}"
            assert ask(f"{url}/sign-in").status_code == 200
            until(lambda: ask(f"{health}/readyz").status_code == 200)
            assert "diembao_desk_well 1.0" in ask(f"{health}/metrics").text
            row = status(home)
            assert (row["desk_answers"], row["healthy"], row["troubles"]) == (True, True, [])
            killed = desk_of(serve.pid)
            assert "--bound" in Path(f"/proc/{killed}/cmdline").read_text(), "it ends with a service that is killed"
            os.kill(killed, signal.SIGKILL)
            # Whoever asks at the moment of the kill may lose that answer; the next one comes.
            until(lambda: _answers(f"{url}/sign-in"))
            assert desk_of(serve.pid) != killed
        finally:
            other.close()
            serve.send_signal(signal.SIGTERM)
            _, said = serve.communicate(timeout=60)
    assert serve.returncode == 0
    with pytest.raises(httpx.ConnectError):
        ask(url)
    assert told(home, "desk.json") == {}
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert len([one for one in events if one["event"] == "desk_cannot_listen"]) == 1, "once, however often it is tried"
    [ended] = [one for one in events if one["event"] == "desk_ended"]
    assert ended["exit"] == -signal.SIGKILL
    assert status(home)["desk_answers"] is None


def _answers(url: str) -> bool:
    try:
        return ask(url).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_desk_that_does_not_answer_is_an_alert_of_its_own(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    enabled(home, port)
    storage = open_database(home.database)
    context = AlertContext(storage, home, (), now(), ZoneInfo("Asia/Ho_Chi_Minh"), lambda _: [], _nothing, _nothing)
    try:
        with use_language("en"):
            assert raise_alerts(context, [Rule("desk")]) == [], "no service runs"
            with home.lock("serve"):
                [alert] = raise_alerts(context, [Rule("desk")])
                assert raise_alerts(context, [Rule("desk")]) == [], "once a day"
    finally:
        storage.close()
    assert alert.cause == "desk"
    assert alert.text.startswith(f"The desk does not answer at http://127.0.0.1:{port}")
    assert str(home.root / "logs" / "desk.log") in alert.text


def _nothing(*_: object) -> Any:
    raise AssertionError("the rule asks for nothing else")


def test_a_desk_that_hangs_does_not_answer(home: Home) -> None:
    """It takes connections, as the kernel does for a process that is stuck, and says nothing."""
    with socket.socket() as stuck:
        stuck.bind(("127.0.0.1", 0))
        stuck.listen()
        settings = DeskSettings(port=stuck.getsockname()[1])
        with use_language("vi"):
            assert "không trả lời" in desk_process.desk_trouble(home, settings, 0.3)
