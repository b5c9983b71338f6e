"""An HTTP server on this machine that answers as a test says, and checks every signature."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION, KEYS = "eu-central-1", ("AKIDEXAMPLE", "a-secret")
IDENTITY = """<GetCallerIdentityResponse><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/records</Arn></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
EXPIRED = "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"


@dataclass
class Asked:
    """A call that the server got."""

    verb: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Answer:
    """An answer; without a status, the connection is closed instead."""

    status: int | None = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Reply = Answer | Callable[[Asked], Answer]


class ScriptedApi:
    """Answers each route in the given order; the last answer is repeated."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[Asked] = []
        self.identity = IDENTITY
        self.url = ""
        self._folder = folder
        self._replies: dict[str, list[Reply]] = {}

    def on(self, route: str, *replies: Reply) -> None:
        """Answer a route such as `GET /purges`."""
        self._replies[route] = list(replies)

    def calls(self, route: str) -> list[Asked]:
        """The calls to a route."""
        return [each for each in self.asked if f"{each.verb} {each.path}" == route]

    @property
    def options(self) -> list[str]:
        """The options that choose this API."""
        return ["--stack-file", str(self._stack_file())]

    def _stack_file(self) -> Path:
        file = self._folder / "stack.json"
        keys = dict(zip(("accessKeyId", "secretAccessKey"), KEYS, strict=True))
        addresses = {"apiUrl": self.url, "awsEndpoint": self.url, "region": REGION}
        machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:purge-run"
        outputs = {"ApiUrl": self.url, "PurgeRunStateMachineArn": machine}
        names = {"stackName": "genesys-purge", "outputs": outputs, "functions": {}}
        content = keys | addresses | names
        file.write_text(json.dumps(content))
        return file

    def answer(self, asked: Asked) -> Answer:
        """The next answer to a call."""
        self.asked.append(asked)
        replies = self._replies.get(f"{asked.verb} {asked.path}", [])
        if not replies:
            return Answer(404, {"errors": [{"path": "runId", "message": "is unknown"}]})
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply(asked) if callable(reply) else reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: ScriptedApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        api, content = self.server.api, self._content()
        address = urlsplit(self.path)
        if not is_signed(f"{api.url}{self.path}", self, content):
            self._send(Answer(403, {"message": "Forbidden"}))
            return
        body = json.loads(content) if content else None
        query = dict(parse_qsl(address.query))
        self._send(api.answer(Asked(self.command, address.path, query, body)))

    def do_PUT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        if self.path != "/":
            self.do_GET()
            return
        # The identity of the caller is the only question to AWS itself.
        self._content()
        identity = self.server.api.identity
        self._send(Answer(200 if identity == IDENTITY else 403, identity.encode()))

    def log_message(self, *_: object) -> None:
        pass

    def _content(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _send(self, answer: Answer) -> None:
        if answer.status is None:
            self.close_connection = True
            return
        body = answer.body
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def scripted_api(folder: Path) -> Iterator[ScriptedApi]:
    """A running server; its stack file is in the folder."""
    api = ScriptedApi(folder)
    server = _Server(api)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def is_signed(url: str, call: BaseHTTPRequestHandler, content: bytes) -> bool:
    """Whether the call has the signature of the keys over its URL, headers and body."""
    given = call.headers.get("authorization", "")
    _, _, names = given.partition("SignedHeaders=")
    signed = names.partition(",")[0].split(";")
    headers = {name: call.headers[name] for name in signed if name in call.headers}
    request = AWSRequest(call.command, url, data=content, headers=headers)
    request.context["timestamp"] = call.headers.get("x-amz-date", "")
    signer = SigV4Auth(Credentials(*KEYS), "execute-api", REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return given.endswith(f"Signature={signer.signature(text, request)}")
