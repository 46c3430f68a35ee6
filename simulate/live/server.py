"""The page on the loopback address: what it answers, and to whom.

Any program on the machine can send requests here, and so can any page in the browser. Only those that name this server
and come from its own pages are answered; what is answered loads nothing from elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from typing import Any

import panel as pn
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.routing import Matcher, Rule
from tornado.web import OutputTransform, RequestHandler
from tornado.websocket import WebSocketClosedError

from simulate.live.library import Library
from simulate.live.page import Explorer
from simulate.live.session import hired
from simulate.live.view import PROBLEM, View, read
from theory.errors import ProblemError

ADDRESS, NAMES = "127.0.0.1", ("127.0.0.1", "localhost")
TITLE = "noisewise explorer"
# Bytes of a message from the page: inputs are short.
MOST_BYTES = 1 << 20
CHATTER = ("bokeh.server.views.ws", "panel.io.document")
# Ways to hand this page to the pages of others, which Bokeh has.
EMBEDDING = ("/autoload.js", "/metadata")


class Foreign(Matcher):
    """Matches requests that are not this server's own: they name another host, or come from another origin."""

    def __init__(self, port: int) -> None:
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self._origins = {f"http://{host}" for host in self._hosts}

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """An empty mapping for a foreign request, None for our own."""
        headers = request.headers
        foreign = headers.get("Host", "").lower() not in self._hosts
        foreign |= headers.get("Origin", "") not in {"", *self._origins}
        # Following a link from elsewhere is a person's doing; loading a part of the page from elsewhere is not.
        foreign |= headers.get("Sec-Fetch-Site", "") == "cross-site" and headers.get("Sec-Fetch-Mode") != "navigate"
        foreign |= request.path.endswith(EMBEDDING)
        return {} if foreign else None


class Refusal(RequestHandler):
    """Says no, and nothing else."""

    async def prepare(self) -> None:
        self.set_status(403)
        await self.finish("this page is served to its own address only\n")


def locked(port: int) -> type[OutputTransform]:
    """What every answer says besides: nothing from elsewhere, in no frame of others, kept by nobody."""
    sockets = " ".join(f"ws://{name}:{port}" for name in NAMES)
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: {sockets}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
    )
    said = {"Content-Security-Policy": policy, "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    said |= {"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer"}

    class Locked(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            """Every answer alike."""

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            for key, value in said.items():
                headers[key] = value
            if "Access-Control-Allow-Origin" in headers:
                del headers["Access-Control-Allow-Origin"]
            return status_code, headers, chunk

    return Locked


def serve(start: View, library: Library, port: int, ready: Callable[[str], None]) -> None:
    """Serve until a signal ends the process; `ready` is called with the address when it answers.

    Raises:
        OSError: the port cannot be had.
    """
    hired()
    for name in CHATTER:  # what was to be sent to a page that is closed is nobody's loss
        logging.getLogger(name).setLevel(logging.ERROR)
    held = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    options: dict[str, Any] = {"websocket_max_message_size": MOST_BYTES, "keep_alive_milliseconds": 10_000}
    try:
        server: Any = pn.io.server.get_server(
            {"/": lambda: opened(start, library)}, port, ADDRESS, title={"/": TITLE}, **options
        )
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), f"{ADDRESS}:{port}") from error
    for number, handler in held.items():  # Panel takes them; ending is not its business
        signal.signal(number, handler)
    server._tornado.websocket_origins.update(f"{name}:{server.port}" for name in NAMES)
    router = server._tornado.default_router
    router.rules.insert(0, router.process_rule(Rule(Foreign(server.port), Refusal)))
    server._tornado.add_transform(locked(server.port))
    server.io_loop.asyncio_loop.set_exception_handler(_unheard)
    server.start()
    ready(f"http://{ADDRESS}:{server.port}/")
    server.io_loop.start()


def _unheard(loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    """Says errors, but for what was being sent to a page that is closed."""
    if not isinstance(about.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(about)


def opened(start: View, library: Library) -> Explorer:
    """The explorer that the address of this session asks for; what the address gets wrong is said, not shown."""
    words = {key: values[-1].decode("utf-8", "replace") for key, values in pn.state.session_args.items()}
    location = pn.state.location
    search = "" if location is None else str(location.search)
    try:
        view = library.view(words[PROBLEM]) if PROBLEM in words else start
        if PROBLEM in words:
            view = read(search, View(view.source, view.name, view.x, view.y, path=view.path))
        return Explorer(view, library, addressed=True)
    except ProblemError as error:
        return Explorer(start, library, addressed=True, said=f"the address: {error}")
