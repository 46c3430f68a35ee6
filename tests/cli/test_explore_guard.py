"""The page of `noisewise explore` against those whom it is not for: other hosts, other pages, other files, junk."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from simulate.sweep.families import family
from tests.cli.conftest import COMMAND, ROOT
from tests.cli.explorer_page import PATIENCE, Page, begun, talk
from tests.cli.signals import living
from theory.problems.problem_file import dumps_problem

SECRET = 0.123456
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "bokeh, token",
}
# Bytes of a message that is too long.
HUGE = 2 << 20


def prior(folder: Path, name: str, value: float) -> None:
    (folder / name).write_text(dumps_problem(family("two-gaussians", (f"prior={value}",)).at()))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a folder with a file, beside which lies one that is nobody's business, with a link to it inside."""
    above = tmp_path_factory.mktemp("above")
    folder = above / "problems"
    folder.mkdir()
    prior(folder, "mine.toml", 0.3)
    prior(above, "secret.toml", SECRET)
    (folder / "link.toml").symlink_to(above / "secret.toml")
    (folder / "notes.txt").write_text(f"{SECRET}")
    found = begun(folder, ".")
    yield found
    if found.process.poll() is None:
        found.process.send_signal(signal.SIGTERM)
    found.process.wait(PATIENCE)


def test_its_own_address_is_answered(page: Page) -> None:
    for name in ("127.0.0.1", "localhost"):
        status, _headers, text = page.ask("/", Host=f"{name}:{page.port}")
        assert status == 200
        assert "noisewise explorer" in text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", ""])
def test_another_host_is_refused(page: Page, host: str) -> None:
    for path in ("/", "/static/js/bokeh.min.js", "/ws"):
        status, _headers, text = page.ask(path, Host=host.format(port=page.port))
        assert status == 403
        assert text == "this page is served to its own address only\n"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"])
def test_another_origin_is_refused(page: Page, origin: str) -> None:
    given = origin.format(port=page.port)
    assert page.ask("/", Origin=given)[0] == 403
    upgrade = {key.replace("-", "_"): value for key, value in UPGRADE.items()}
    assert page.ask("/ws", Origin=given, **upgrade)[0] == 403


def test_the_pages_of_others_load_nothing_from_here(page: Page) -> None:
    assert page.ask("/static/js/bokeh.min.js", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
    assert page.ask("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")[0] == 403
    assert page.ask("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    for path in ("/autoload.js", "/autoload.js?bokeh-autoload-element=1", "/metadata"):
        assert page.ask(path)[0] == 403


def test_every_answer_forbids_other_hosts(page: Page) -> None:
    for path in ("/", "/static/js/bokeh.min.js", "/nothing", "/metadata"):
        headers = page.ask(path)[1]
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        hosts = set(re.findall(r"[a-z]+://[^ ;]+", headers["content-security-policy"]))
        assert hosts == {f"ws://{name}:{page.port}" for name in ("127.0.0.1", "localhost")}
        assert "*" not in headers["content-security-policy"]
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_it_loads_nothing_from_elsewhere(page: Page) -> None:
    text = page.ask("/")[2]
    for found in re.findall(r"(?:src|href)=[\"']([^\"']+)", text):
        assert not re.match(r"(https?:)?//", found), found
        if "static" in found:
            assert page.ask("/" + found.lstrip("/"))[0] == 200


NAMES = [
    "../secret.toml",
    "link.toml",
    "notes.txt",
    "/etc/passwd",
    "..%2fsecret.toml",
    "problems/../../secret.toml",
    "mine.toml/../../secret.toml",
    "./mine.toml",
    "mine.toml\x00",
    "~/x.toml",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_other_file_is_a_problem(page: Page, name: str) -> None:
    text = document(page, name)
    assert str(SECRET) not in text
    assert "root:" not in text
    assert "prior = 0.3" in text  # the first view, in its place


def test_a_file_of_the_folder_is_a_problem(page: Page) -> None:
    prior(page.said.parent, "other.toml", 0.45)
    assert "prior = 0.45" in document(page, "other.toml")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../secret.toml",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/js/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "/static/extensions/panel/../../../../../../../../../../etc/passwd",
        "/../secret.toml",
        "/secret.toml",
        "/mine.toml",
        "//etc/passwd",
        "/static//etc/passwd",
    ],
)
def test_no_file_lies_under_any_path(page: Page, path: str) -> None:
    status, _headers, text = page.ask(path)
    assert status in (400, 403, 404, 405)
    assert str(SECRET) not in text
    assert "root:" not in text


def head(kind: str) -> tuple[str, str]:
    return json.dumps({"msgid": "1", "msgtype": kind}), "{}"


def document(page: Page, name: str) -> str:
    """All that a page is told where its address asks for a problem."""
    heard = talk(page, *head("PULL-DOC-REQ"), "{}", query=f"?problem={quote(name, safe='')}", until="PULL-DOC-REPLY")
    assert heard is not None
    return "".join(heard)


@pytest.mark.parametrize(
    "messages",
    [
        ("junk",),
        (b"\x00\xff" * 100,),
        ("{}", "{}", "{}"),
        (*head("PATCH-DOC"), json.dumps({"events": [{"kind": "ModelChanged", "model": {"id": "x"}, "attr": "y"}]})),
        (*head("EVAL"), "{}"),
        ("x" * HUGE,),
    ],
)
def test_junk_harms_nobody(page: Page, messages: tuple[str | bytes, ...]) -> None:
    heard = talk(page, *messages)
    if len(messages[0]) == HUGE:
        assert heard is None
    assert page.ask("/")[0] == 200
    assert page.process.poll() is None


def test_it_listens_to_this_machine_only(page: Page) -> None:
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            place, state = line.split()[1], line.split()[3]
            if state == "0A" and int(place.partition(":")[2], 16) == page.port:
                found.add(place.partition(":")[0])
    assert found == {"0100007F"}


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = subprocess.run(
            [*COMMAND, "explore", "--port", port, "--no-browser"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert found.returncode == 1
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert line.startswith("noisewise: ")
    assert port in line


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("busy", [False, True])
def test_ctrl_c_ends_all_of_it(tmp_path: Path, busy: bool) -> None:
    page = begun(tmp_path, "anisotropic")
    assert len(list(living(page.process.pid))) >= 4
    if busy:
        assert talk(page, *head("PULL-DOC-REQ"), "{}")  # a map that takes a minute has begun
    page.process.send_signal(signal.SIGINT)
    assert page.process.wait(PATIENCE) == 130
    assert page.said.read_text() == "noisewise: interrupted\n"
    deadline = time.monotonic() + 5
    while list(living(page.process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(living(page.process.pid)) == []
