"""The backends that ask a server, against a real one on 127.0.0.1: the protocols, its faults, and the guard."""

import re
import socket
import time
from collections.abc import Iterator

import pytest

from config.engines.translation import TranslationSettings
from diembao.translation import guarded_http
from diembao.translation.chat import instructions, pieces
from diembao.translation.engine import address_fault, house_notes, open_translator
from diembao.translation.guarded_http import RefusedAddress, private_addresses
from diembao.translation.name_forms import with_known_names
from diembao.translation.translator import EngineDown, Hint, TextFailed, Translator
from pipeline.records.translations import Engine
from tests.support.engines import MODEL, EngineServer, Fault

TEXT, TRANSLATION = "닌투언 태양광 발전소 22곳", "22 nhà máy điện mặt trời ở Ninh Thuận"
HINT = Hint("닌투언", "Ninh Thuận")


@pytest.fixture
def server() -> Iterator[EngineServer]:
    with EngineServer({TEXT: TRANSLATION}) as opened:
        yield opened


def settings_for(server: EngineServer, backend: str = "openai", **more: object) -> TranslationSettings:
    values: dict[str, object] = {"address": f"{server.address}{'/v1' if backend == 'openai' else ''}"}
    values |= {"backend": backend, "model": MODEL if backend == "openai" else "", "seconds_per_text": 2.0}
    return TranslationSettings(**(values | more))  # type: ignore[arg-type]


def opened(settings: TranslationSettings) -> Translator:
    translator = open_translator(settings)
    assert translator is not None
    return translator


def test_a_chat_endpoint_is_told_what_to_do_and_given_the_text_as_data(
    server: EngineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_TRANSLATION_KEY", "sk-geheim")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    translator = opened(settings_for(server, version="q4"))
    assert translator.describe() == Engine("openai", MODEL, "q4")
    assert translator.translate(TEXT, "ko", "vi", [HINT, Hint("판랑", "Phan Rang")]) == TRANSLATION
    translator.translate(TEXT, "ko", "vi")
    translator.close()
    first, second = server.bodies
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert (first["temperature"], first["stream"]) == (0, False)
    assert not {"tools", "functions", "tool_choice"} & first.keys()
    system, user = (message["content"] for message in first["messages"])
    assert "from Korean into Vietnamese" in system
    assert "닌투언 = Ninh Thuận" in system
    assert "판랑" not in system, "a name that the text does not have"
    tokens = [re.findall(r"\[([0-9a-f]{16})\]", body["messages"][1]["content"]) for body in (first, second)]
    assert len(set(tokens[0])) == len(set(tokens[1])) == 1
    assert tokens[0] != tokens[1], "nobody can know the token when the text is written"
    assert user == f"[{tokens[0][0]}]\n{TEXT}\n[{tokens[0][0]}]"
    assert server.headers[0]["authorization"] == "Bearer sk-geheim"


def test_libretranslate_gets_names_in_their_vietnamese_form(
    server: EngineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_TRANSLATION_KEY", "sk-geheim")
    server.known["Ninh Thuận 태양광 발전소 22곳"] = TRANSLATION
    translator = opened(settings_for(server, "libretranslate", version="1.6"))
    assert translator.describe() == Engine("libretranslate", "libretranslate", "1.6")
    assert translator.translate(TEXT, "ko", "vi", [HINT]) == TRANSLATION
    assert server.bodies[0] == {
        "q": "Ninh Thuận 태양광 발전소 22곳",
        "source": "ko",
        "target": "vi",
        "format": "text",
        "api_key": "sk-geheim",
    }
    server.known["宁顺"] = "Ninh Thuận"
    assert translator.translate("宁顺", "zh", "vi") == "Ninh Thuận"
    assert server.bodies[1]["source"] == "zh-Hans"
    with pytest.raises(TextFailed, match="language"):
        translator.translate("Guten Tag", "de", "vi")
    assert len(server.bodies) == 2
    translator.close()


@pytest.mark.parametrize("backend", ["openai", "libretranslate"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("slow", "timeout"),
        ("drip", "timeout"),
        ("500", "status"),
        ("redirect", "status"),
        ("cut", "cut"),
        ("big", "too_large"),
        ("malformed", "malformed"),
    ],
)
def test_a_fault_costs_its_text_alone(server: EngineServer, backend: str, fault: Fault, code: str) -> None:
    translator = opened(settings_for(server, backend))
    translator.describe()
    with EngineServer({TEXT: "elsewhere"}) as other:
        server.redirect_to = f"{other.address}/v1/chat/completions"
        server.fault = fault
        began = time.monotonic()
        with pytest.raises(TextFailed) as caught:
            translator.translate(TEXT, "ko", "vi")
        assert caught.value.code == code
        assert time.monotonic() - began < 4, "two seconds a text, however slowly the server drips"
        assert other.paths == [], "no redirect is followed"
    server.fault = ""
    assert translator.translate(TEXT, "ko", "vi") == TRANSLATION
    translator.close()


def test_an_answer_that_ran_out_of_tokens_is_no_translation(server: EngineServer) -> None:
    server.fault = "length"
    with pytest.raises(TextFailed, match="cut"):
        opened(settings_for(server)).translate(TEXT, "ko", "vi")


def test_a_server_that_cannot_serve_is_down(server: EngineServer) -> None:
    server.fault = "503"
    for backend in ("openai", "libretranslate"):
        with pytest.raises(EngineDown, match="503"):
            opened(settings_for(server, backend)).describe()
    with pytest.raises(EngineDown):
        opened(settings_for(server)).translate(TEXT, "ko", "vi")
    server.fault = ""
    with pytest.raises(EngineDown, match="gemma3:4b"):
        opened(settings_for(server, model="llama3")).describe()
    with pytest.raises(EngineDown):
        opened(settings_for(server, address=server.address)).describe()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(EngineDown):
            opened(settings_for(server, address=address)).describe()


def test_thoughts_and_frames_of_a_model_are_no_translation(server: EngineServer) -> None:
    server.known[TEXT] = f"<think>\n닌투언… hmm\n</think>\n\n{TRANSLATION}\n"
    assert opened(settings_for(server)).translate(TEXT, "ko", "vi") == TRANSLATION


def test_long_texts_go_in_pieces_of_whole_paragraphs(server: EngineServer) -> None:
    paragraphs = [f"{n} " + "가" * 1_500 for n in range(6)]
    assert "\n".join(pieces("\n".join(paragraphs))) == "\n".join(paragraphs)
    assert all(len(piece) <= 4_000 for piece in pieces("\n".join(paragraphs)))
    for piece in pieces("\n".join(paragraphs)):
        server.known[piece] = piece[0]
    assert opened(settings_for(server)).translate("\n".join(paragraphs), "ko", "vi") == "0\n2\n4"
    assert list(pieces("가" * 9_000)) == ["가" * 9_000]
    assert list(pieces("")) == [""]


def test_instructions_name_languages_that_have_no_name_by_their_code() -> None:
    assert "from tl into Vietnamese" in instructions("0" * 16, "tl", "vi", ())


def test_known_names_are_kept_apart_from_letters() -> None:
    hints = [Hint("宁顺", "Ninh Thuận"), Hint("宁顺省", "tỉnh Ninh Thuận"), Hint("Phan Rang", "Phan Rang")]
    assert with_known_names("在宁顺省和宁顺", hints) == "在 tỉnh Ninh Thuận 和 Ninh Thuận"
    assert with_known_names("Phan Rang.", hints) == "Phan Rang."


# the guard


@pytest.mark.parametrize(
    ("host", "addresses"),
    [("127.0.0.1", ["127.0.0.1"]), ("10.1.2.3", ["10.1.2.3"]), ("192.168.7.7", ["192.168.7.7"]), ("::1", ["::1"])],
)
def test_private_addresses_are_asked(host: str, addresses: list[str]) -> None:
    assert private_addresses(host, 80, allow_public=False) == addresses


@pytest.mark.parametrize("host", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "1572395042", "64:ff9b::808:808"])
def test_public_addresses_are_refused_unless_allowed(host: str) -> None:
    with pytest.raises(RefusedAddress, match="outside private networks"):
        private_addresses(host, 80, allow_public=False)
    assert private_addresses(host, 80, allow_public=True)


@pytest.mark.parametrize("host", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
def test_metadata_services_are_never_asked(host: str) -> None:
    with pytest.raises(RefusedAddress, match="cloud"):
        private_addresses(host, 80, allow_public=True)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to each of these lists of addresses in turn, the last one for ever; return the names asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(guarded_http.socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_with_one_public_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["127.0.0.1", "93.184.216.34"])
    with pytest.raises(RefusedAddress):
        private_addresses("engine.example", 80, allow_public=False)


def test_a_name_that_moves_out_of_the_house_is_refused_at_the_connection(
    server: EngineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(server, address=f"http://engine.example:{server.port}/v1")
    asked = resolving(monkeypatch, ["127.0.0.1"], ["93.184.216.34"])
    assert address_fault(settings) is None
    translator = opened(settings)
    with pytest.raises(EngineDown, match="outside private networks"):
        translator.describe()
    assert asked[0] == "engine.example"
    assert server.paths == []


def test_the_connection_goes_to_the_address_that_was_looked_at(
    server: EngineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(server, address=f"http://engine.example:{server.port}/v1")
    real = socket.getaddrinfo
    names: list[str] = []

    def getaddrinfo(host: str, port: int, *more: object, **others: object) -> object:
        names.append(host)
        return real("127.0.0.1" if host == "engine.example" else host, port, *more, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    translator = opened(settings)
    assert translator.describe().model == MODEL
    assert names.count("engine.example") == 1, "a second look might find another address"
    assert server.paths == ["/v1/models"]
    translator.close()


def test_the_configuration_says_that_a_server_is_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.216.34"])
    outside = TranslationSettings("openai", address="https://api.example/v1", model="m")
    assert "outside private networks" in str(address_fault(outside))
    allowed = TranslationSettings("openai", address="https://api.example/v1", model="m", allow_public=True)
    assert address_fault(allowed) is None
    assert ["api.example" in str(note) for note in house_notes(allowed)] == [True]
    assert house_notes(outside) == ()
    assert house_notes(TranslationSettings("ctranslate2", folder="/m", allow_public=True)) == ()
    assert open_translator(TranslationSettings()) is None
