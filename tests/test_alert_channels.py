"""How alerts reach people: in one message, after an outage, on trial; no secret is said, and rules are checked."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.alerts import load_alerts
from config.faults.errors import ConfigError
from tests.support.alert_office import NOW, PASSWORD, Heard, Office, free_port, listen, open_office, text_of
from tests.support.cli import json_lines

heard = pytest.fixture(listen)
office = pytest.fixture(open_office)
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_several_causes_are_one_message_and_a_server_that_was_down_hears_it_once(office: Office, heard: Heard) -> None:
    rules = ('kind = "no_digest"\nby = "06:45"', 'kind = "disk"\npercent = 100\nmegabytes = 1')
    office.owes_digests()
    office.rules(*rules, port=free_port())
    for _ in range(2):
        done = office.alerts()
        assert done.returncode == 1
        assert "Không gửi được: mail" in done.stderr
    assert len(heard.posts) == 1, "the hook took it at once"
    office.set(NOW + timedelta(hours=6))
    office.rules(*rules)
    for _ in range(2):
        assert office.alerts().returncode == 0
    text = text_of(heard)
    assert text.startswith("1. ")
    assert "\n2. " in text


def test_a_server_that_never_answers_is_not_sent_it_for_ever(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    heard.mute = True
    for _ in range(2):
        assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def test_a_trial_message(office: Office, heard: Heard) -> None:
    office.rules()
    done = office.alerts("--test")
    assert done.returncode == 0, done.stderr
    assert [len(heard.mails), len(heard.posts)] == [1, 1]
    office.rules(port=free_port())
    assert office.alerts("--test").returncode == 1


def test_no_secret_is_said_when_a_channel_fails(office: Office) -> None:
    office.rules(port=free_port())
    done = office.alerts("--test", DIEMBAO_ALERT_URL=f"json://may:{PASSWORD}@127.0.0.1:{free_port()}/")
    assert done.returncode == 1
    assert "DIEMBAO_ALERT_URL" in done.stderr
    assert PASSWORD not in done.stderr + done.stdout
    assert json_lines(done.stdout) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mail]\nto = ["ai đó"]', r"alerts\.toml:2: mail\.to: no e-mail address"),
        ('[mail]\nserver = "smtp"', r":2: mail\.server: host:port"),
        ('[hooks]\nsecrets = ["tgram://123:abc/1"]', "the name of a secret"),
        ('[[rule]]\nkind = "job"', "'job' needs times"),
        ('[[rule]]\nkind = "spike"\nhours = 3', "'spike' has no hours"),
        ('[[rule]]\nkind = "no_digest"\nby = "6h45"', "HH:MM"),
        ('[[rule]]\nkind = "disk"\npercent = 0\nmegabytes = 5', "more than 0"),
    ],
)
def test_rules_that_make_no_sense_say_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "alerts.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_alerts(tmp_path)
    assert load_alerts(None).rule
