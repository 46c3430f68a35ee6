"""A running `noisewise explore`, asked and talked to by hand, as a stranger would."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tornado.httpclient import HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, websocket_connect

from tests.cli.conftest import COMMAND, ROOT

PATIENCE = 60.0
# Seconds after which nothing more is said.
SILENCE = 1.0


@dataclass
class Page:
    """A running explorer: its process, its port, and the file of its standard error."""

    process: subprocess.Popen[str]
    port: int
    said: Path

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer; the headers of the request are given with _ for -."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        link.putrequest("GET", path, skip_host="Host" in given)
        for key, value in given.items():
            link.putheader(key, value)
        link.endheaders()
        answer = link.getresponse()
        held = {key.lower(): value for key, value in answer.getheaders()}
        text = "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
        link.close()
        return answer.status, held, text


def begun(folder: Path, *words: str) -> Page:
    """`noisewise explore WORDS` in a folder, in a session of its own, when it listens."""
    said = folder / "said.txt"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with said.open("w") as errors:
        process = subprocess.Popen(
            [*COMMAND, "explore", *words, "--no-browser"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    assert line.startswith("listening on http://127.0.0.1:"), said.read_text()
    return Page(process, int(line.strip().rstrip("/").rpartition(":")[2]), said)


def talk(page: Page, *messages: str | bytes, query: str = "", until: str = "") -> list[str] | None:
    """What the server says to messages, in a session of its own, until it has been silent for a second after it said
    `until`; None where it has ended the talk."""
    token = re.search(r'"token": ?"([^"]+)"', page.ask("/" + query)[2])
    assert token is not None

    async def say() -> list[str] | None:
        address = f"ws://127.0.0.1:{page.port}/ws"
        request = HTTPRequest(address, headers={"Origin": f"http://127.0.0.1:{page.port}"})
        link = await websocket_connect(request, subprotocols=["bokeh", token[1]])
        heard: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):  # what is sent before it has opened the session is lost on it
                assert await link.read_message() is not None
            for message in messages:
                await link.write_message(message, binary=isinstance(message, bytes))
            while True:
                waits = SILENCE if any(until in part for part in heard) or not until else PATIENCE
                async with asyncio.timeout(waits):
                    answer = await link.read_message()
                if answer is None:
                    return None
                heard.append(str(answer))
        except TimeoutError:
            return heard
        except (WebSocketClosedError, StreamClosedError):
            return None
        finally:
            link.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(SILENCE):
                    while await link.read_message() is not None:
                        pass

    return asyncio.run(say())
