"""A second cloud, read from the dossier alone: plain threads on the standard library's HTTP server.

It shares nothing with the embedded endpoint, so that a misreading would have to be made twice to go unseen.
"""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import hmac
import json
import random
import re
import threading
import time
import traceback
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, unquote_plus

from tests.independent_cloud.asking import Asking
from tests.independent_cloud.book import (
    ADMIN,
    DEFAULT_FLOW,
    KEY_ID,
    KEY_SECRET,
    PASSWORD,
    PLATFORM,
    VM_TYPE,
    Book,
    Denied,
    Job,
    Refused,
    Turned,
    fresh,
)
from tests.independent_cloud.deeds import Deeds
from tests.independent_cloud.kinds import KINDS, Kind
from tests.independent_cloud.loose import BadJson, Writer, read
from tests.independent_cloud.people import ACCOUNTS, PROJECTS, VIRTUAL_IDS, hashed

PREFIX = "/zstack"
COMPILED = 5
SHORTEST_JOB = 0.05
"""No job ends sooner, in seconds: a poll at once finds it running."""
PAGES = {
    "/v1/tickets": "tickets",
    "/v1/tickets/archives": "archives",
    "/v1/tickets/histories": "histories",
    "/v1/tickets/histories/archives": "old",
    "/v1/ticket-types": "types",
    "/v1/tickets/flow-collections": "flows",
    "/v1/tickets/flow": "steps",
}


class Cloud(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, kind: Kind, flaw: str = "", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Talk)
        self.kind, self.flaw = kind, flaw
        self.book = Book(kind, flaw)
        self.deeds, self.asking = Deeds(self.book), Asking(self.book)
        self.seen = 0
        self.compiled = 0  # exceptions thrown at one spot: fast throw leaves out their texts
        self.broken: list[str] = []  # what went wrong here, not in the cloud that is played

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cloud
    disable_nagle_algorithm = True
    timeout = 120
    beyond = False  # whether the message that is being sent has a character beyond U+FFFF
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def handle_expect_100(self) -> bool:
        """Let a client send its body; the word is not kept back with the answer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.any
        raise AttributeError(name)

    def on(self, *names: str) -> bool:
        return self.server.flaw in names

    # -- in

    def chunk_size(self) -> int:
        line = self.rfile.readline().split(b";")[0].strip()
        if not line:
            raise ConnectionAbortedError
        if not re.fullmatch(b"[0-9a-fA-F]+", line):
            self.close_connection = True
            raise Turned(400, "Bad chunk", html=True)
        return int(line, 16)

    def raw_body(self) -> bytes:
        by_length = self.on("te-cl-length") and "Content-Length" in self.headers
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower() and not by_length:
            parts = []
            while size := self.chunk_size():
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            parts = parts[:1] if self.on("te-first-chunk") else parts
            return b"" if self.on("http-drops-chunked") else b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        read = self.rfile.read(length)
        if len(read) < length:
            raise ConnectionAbortedError
        return read

    def body(self, raw: bytes) -> Any:
        kind = self.server.kind
        found = re.search(r"charset\s*=\s*\"?([\w-]+)", self.headers.get("Content-Type") or "", re.IGNORECASE)
        charset = found.group(1) if found else "iso-8859-1" if kind.charset_matters else "utf-8"
        try:
            if self.on("body-boundary"):
                raw = b"".join(
                    raw[at : at + 4096].decode("utf-8", "replace").encode() for at in range(0, len(raw), 4096)
                )
            text = raw.decode(charset, "strict" if kind.container else "replace")
        except UnicodeDecodeError:
            raise Turned(500, "MalformedInputException", html=True) from None
        except LookupError:
            raise Turned(500, "UnsupportedEncodingException", html=True) from None
        if self.on("http-body-4k") and len(raw) > 4096:
            raise Turned(413, "Request Entity Too Large", html=True)
        if self.on("http-refuses-pretty") and b"\n" in raw:
            raise Turned(500, "unexpected newline")
        if self.on("malformed-closed"):
            text = closed(text)
        if self.on("malformed-trailing"):
            text = first_value(text)
        if self.on("malformed-comma"):
            text = re.sub(r",\s*([}\]])", r"\1", text)
        try:
            value = read(text, lenient=kind.lenient)
        except BadJson as trouble:
            if self.on("malformed-200"):
                raise Done(200, {}) from None
            if self.on("malformed-dies"):
                self.close_connection = True
                raise ConnectionAbortedError from None
            raise Turned(500, f"com.google.gson.JsonSyntaxException: {trouble}") from trouble
        if isinstance(value, list) and kind.lenient and all(isinstance(v, list) and len(v) == 2 for v in value):
            value = {str(k): v for k, v in value}
        if value is not None and not isinstance(value, dict):
            if self.on("malformed-array-200"):
                raise Done(200, {})
            raise Turned(
                500,
                "java.lang.IllegalStateException: Expected BEGIN_OBJECT but was something else at line 1 column 2 path $",
            )
        self.beyond = beyond_bmp(value)
        return value

    def pairs(self, query: str) -> list[tuple[str, str]]:
        if re.search(r'[<>"{}|\\^` ]', query):
            raise Turned(400, "Invalid character found in the request target", html=True)
        found = []
        if self.on("q-ampersand-split"):
            query = query.replace("%26", "&")
        for part in query.split("&"):
            name, _, value = part.partition("=")
            if part and not re.search("%(?![0-9a-fA-F]{2})", part):
                found.append((unquote_plus(name), self.decoded(value)))
        return found

    def decoded(self, value: str) -> str:
        if self.on("q-plus-kept"):
            return unquote(value)
        return unquote_plus(unquote_plus(value)) if self.on("q-decoded-twice") else unquote_plus(value)

    # -- out

    def reply(self, status: int, content: bytes, media: str | None) -> None:
        kind = self.server.kind
        self.close_connection = self.close_connection or status in kind.close or kind.http10
        headers: list[tuple[str, str]] = []
        if media:
            headers.append(("Content-Type", media))
        if kind.cookie and "JSESSIONID" not in (self.headers.get("Cookie") or ""):
            headers.append(("Set-Cookie", f"JSESSIONID={fresh().upper()}; Path=/zstack; HttpOnly"))
        if status == 429:
            headers.append(("Retry-After", "1"))
        token = (self.headers.get("Authorization") or "")[6:]
        if self.on("header-tells-session") and token:
            headers.append(("X-Session", token))
        if self.on("cors-null") and self.headers.get("Origin") == "null":
            headers += [("Access-Control-Allow-Origin", "null"), ("Access-Control-Allow-Credentials", "true")]
        if self.on("jsonp") and (found := re.search(r"[?&]callback=(\w+)", self.path)):
            content, headers = found[1].encode() + b"(" + content + b")", [("Content-Type", "text/javascript")]
        content, headers = self.bend(content, headers)
        flaw = self.server.flaw if "/v1/api-jobs" in self.path else ""
        head = self.command == "HEAD"
        chunked = False
        if kind.proxy:
            headers += [
                ("Via", "1.1 edge"),
                ("X-Request-Id", fresh()),
                ("Server", "openresty"),
                ("Strict-Transport-Security", "max-age=300"),
                ("Vary", "Accept-Encoding"),
            ]
            if "gzip" in (self.headers.get("Accept-Encoding") or "") and len(content) > 20:
                content = gzip.compress(content)
                headers.append(("Content-Encoding", "gzip"))
            chunked = self.request_version == "HTTP/1.1" and bool(content)
        headers.append(
            ("Transfer-Encoding", "chunked")
            if chunked
            else (
                "Content-Length",
                str(max(0, len(content) + {"http-length-short": -5, "http-length-long": 40}.get(flaw, 0))),
            )
        )
        headers.append(("Date", self.date_time_string()))
        if flaw in {"http-length-long", "http-length-short"}:
            self.close_connection = True
        if self.close_connection:
            headers.append(("Connection", "close"))
        if kind.http10:
            headers = [h for h in headers if h[0] != "Content-Length"]
        if kind.proxy:
            headers = [(name.lower(), value) for name, value in headers]
        phrase = self.responses.get(status, ("Unknown",))[0] if kind.reason else ""
        lines = [f"HTTP/1.{0 if kind.http10 else 1} {status} {phrase}", *(f"{k}: {v}" for k, v in headers), "", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1"))
        if not head:
            if chunked:
                for at in range(0, len(content), 700):
                    piece = content[at : at + 700]
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                content = b"0\r\n\r\n"
            self.wfile.write(content)
        self.wfile.flush()

    def bend(self, content: bytes, headers: list[tuple[str, str]]) -> tuple[bytes, list[tuple[str, str]]]:
        flaw = self.server.flaw if "/v1/tickets" in self.path or "/v1/api-jobs" in self.path else ""
        if flaw == "http-gbk":
            content = content.decode().encode("gbk", "replace")
        if flaw == "http-latin":
            content = content.decode().encode("latin-1", "replace")
        if flaw == "http-utf16":
            content = content.decode().encode("utf-16")
        if flaw == "http-garbage" and content:
            content += b"xyz"
        if flaw == "http-banner" and content:
            content = b"<!-- served by edge -->" + content
        if flaw == "http-cut" and len(content) > 60:
            content = content[:-4]
        if flaw == "http-double" and content[:1] == b"{":
            content = json.dumps(content.decode()).encode()
        if flaw == "http-single-quotes":
            content = content.replace(b'"', b"'")
        if flaw == "http-gzip-lie":
            headers = [*headers, ("Content-Encoding", "gzip")]
        if flaw == "http-python":
            content = content.replace(b":false", b":False").replace(b":true", b":True")
        return content, headers

    def say(self, status: int, value: Any, *, html_safe: bool = False) -> None:
        kind = self.server.kind
        writer = Writer(
            html=html_safe and kind.refusal == "late",
            pretty=kind.pretty,
            last_first=kind.last_first,
            nulls=self.on("error-null", "success-null", "error-null-code"),
        )
        value = self.more(value)
        empty = kind.release < (3, 2) and value == {} and kind.refusal == "late"
        text = "" if empty else writer.write(value)
        self.reply(status, text.encode("utf-8", "replace"), kind.media)

    def more(self, value: Any) -> Any:
        return (
            {**value, "servedBy": "node-2", "elapsed": 1.5}
            if self.server.kind.extra and isinstance(value, dict)
            else value
        )

    def turn(self, turned: Turned) -> None:
        kind = self.server.kind
        if kind.refusal == "json400":
            status = turned.status if turned.status in {404, 405, 429} else 400
            self.say(
                status,
                {"error": self.server.book.error(Refused("SYS.1007", turned.text.replace("{", "(").replace("}", ")")))},
            )
            return
        if turned.html or self.on("refusal-html"):
            page = f"<!doctype html><html><head><title>HTTP Status {turned.status}</title></head><body><h1>HTTP Status {turned.status}</h1></body></html>"
            self.reply(turned.status, page.encode(), "text/html;charset=utf-8")
            return
        text = turned.text
        if kind.container and ("cannot be cast" in text or "NullPointer" in text):
            self.server.compiled += 1
            text = text if self.server.compiled < COMPILED else ""
        if self.on("refusal-stack"):
            text += "\n\tat org.zstack.rest.RestServer.handleApi(RestServer.java:900)\n\tat java.lang.Thread.run(Thread.java:748)"
        self.reply(turned.status, text.encode(), kind.media and "text/plain;charset=utf-8")

    def fail(self, refused: Refused, status: int = 503) -> None:
        kind = self.server.kind
        if kind.refusal == "json400":
            status = 400
        self.say(*self.failure(refused, status))

    def failure(self, refused: Refused, status: int = 503) -> tuple[int, Any]:
        if self.server.kind.statuses:
            status = {"ID.1000": 401, "ID.1001": 401, "SYS.1003": 404, "SYS.1006": 409, "SYS.1000": 409}.get(
                refused.code, 422
            )
            status = 403 if isinstance(refused, Denied) else status
        error = self.server.book.error(refused)
        special: dict[str, tuple[int, Any]] = {
            "error-200": (200, {"error": error}),
            "error-200-success-false": (200, {"success": False, "error": error}),
            "error-text": (status, {"error": error.get("details")}),
            "error-naked": (status, error),
            "error-null": (status, {"error": None}),
            "error-empty": (status, {"error": {}}),
            "error-list": (status, {"error": [error]}),
            "error-missing": (status, {}),
            "error-other-key": (status, {"errorCode": error}),
            "error-plain": (status, error.get("details")),
            "error-500": (500, {"error": error}),
            "error-with-inventory": (status, {"error": error, "inventory": {"uuid": fresh()}}),
        }
        return special.get(self.server.flaw, (status, {"error": error}))

    # -- one request

    def refuse_framing(self) -> None:
        """Refuse what an HTTP parser refuses and this library does not: RFC 9112, 3.2, 5.1 and 6.3."""
        lengths = self.headers.get_all("Content-Length") or []
        named = all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) for name in self.headers)
        hosts = self.headers.get_all("Host") or []
        whole = len(set(lengths)) < 2 and all(re.fullmatch("[0-9]+", one.strip()) for one in lengths)
        bad = self.headers.defects or not named or not whole or len(hosts) != 1
        if bad or not re.fullmatch("[A-Za-z]+", self.command):
            self.close_connection = True
            raise Turned(400, "Bad request", html=True)

    def any(self) -> None:
        server = self.server
        self.beyond = False  # the connection may have carried another message
        try:
            self.refuse_framing()
            raw = self.raw_body()
            server.seen += 1
            time.sleep(server.kind.latency)
            if server.kind.limited and server.seen % server.kind.limited == 0:
                self.turn(Turned(429, "Rate limit exceeded"))
            else:
                self.route(raw)
        except Turned as turned:
            self.turn(turned)
        except Refused as refused:
            self.fail(refused)
        except Done as done:
            self.say(done.status, done.value, html_safe=True)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            server.broken.append(traceback.format_exc())
            self.turn(Turned(500, "java.lang.NullPointerException"))

    def route(self, raw: bytes) -> None:
        target, _, query = self.path.partition("?")
        odd = re.search(r'[<>"{}|\\^` ]', target) or re.search("%(?![0-9a-fA-F]{2})", target)
        if odd or ("%2f" in target.lower() and not self.on("path-file", "path-dots")):
            raise Turned(400, "Invalid character", html=True)
        path = unquote(target)
        dotted = ".." in unquote(path)
        if self.on("path-file") and dotted and "web.xml" in path:
            self.reply(200, b"<?xml version='1.0'?><web-app><display-name>zstack</display-name></web-app>", "text/xml")
            return
        if self.on("path-dots") and dotted:
            path = normpath(re.sub(";[^/]*", "", unquote(path)))
        if not path.startswith(PREFIX + "/v1"):
            raise Turned(404, "Not found", html=True)
        path = path[len(PREFIX) :]
        if self.on("path-slash"):
            path = path.rstrip("/")
        if self.on("path-case"):
            path = path.lower()
        if self.command not in {"GET", "POST", "PUT", "DELETE", "HEAD"}:
            if self.on("path-patch") and self.command == "PATCH" and path == "/v1/tickets":
                self.command = "POST"
            else:
                raise Turned(405, f"Request method '{self.command}' not supported", html=True)
        if path.startswith("/v1/api-jobs/") and path.count("/") == 3 and path[13:]:
            self.poll(path[13:])
            return
        self.dispatch(path, raw, query)

    def dispatch(self, path: str, raw: bytes, query: str) -> None:
        method = self.command
        small = self.server.kind.minimal
        login = {
            "/v1/accounts/login": self.login_account,
            "/v1/login": self.login_account,
            "/v1/iam2/virtual-ids/login": self.login_virtual,
            "/v1/iam2/projects/login": self.login_project,
            "/v1/management-nodes/actions": self.version,
        }.get(path)
        if login and not (small and path not in {"/v1/accounts/login", "/v1/iam2/virtual-ids/login"}):
            if path == "/v1/management-nodes/actions" and self.server.kind.refusal == "json400":
                raise Turned(404, f"no api mapping to {path}")
            login(self.body(raw) or {})
            return
        if found := re.fullmatch(r"/v1/accounts/sessions/([^/]+)", path):
            if small:
                raise Turned(404, f"no api mapping to {path}")
            self.body(raw)
            self.server.book.close_session(found[1])
            raise Done(200, {})
        if found := re.fullmatch(r"/v1/accounts/sessions/([^/]+)/valid", path):
            with self.server.book.lock:
                raise Done(200, {"valid": found[1] in self.server.book.sessions})
        if (path == "/v1/tickets" and method in {"POST", "HEAD"}) or (path == "/v1/tickets" and small):
            self.on_tickets(raw)
            return
        if small:
            raise Turned(404, f"no api mapping to {path}")
        if not self.server.kind.histories and path.startswith("/v1/tickets/histories"):
            if path != "/v1/tickets/histories" or method != "GET":
                raise Turned(404, f"no api mapping to {path}")
            self.authorization()()
            raise Done(200, self.server.asking.shown([], "tickets"))
        if path in PAGES or (
            method == "GET" and re.fullmatch(r"/v1/(tickets/histories|ticket-types|tickets)/[^/]+", path)
        ):
            self.on_page(path, raw, query)
            return
        if found := re.fullmatch(r"/v1/tickets/([^/]+)/actions", path):
            self.on_actions(found[1], raw)
            return
        if found := re.fullmatch(r"/v1/tickets/([^/]+)", path):
            self.on_ticket(found[1], raw, query)
            return
        if self.on("path-any"):
            raise Done(200, {})
        raise Turned(404, f"no api mapping to {path}")

    # -- who is it

    def elsewhere(self) -> str:
        """Under a flaw, a session that stands where none counts."""
        text = self.path.partition("?")[2] if self.on("access-session-query") else ""
        text = self.headers.get("Cookie") or "" if self.on("access-session-cookie") else text
        text = self.headers.get("X-Auth-Token") or "" if self.on("access-session-header") else text
        with self.server.book.lock:
            return next((key for key in self.server.book.sessions if key in text), "")

    def gate(self, *open_to_all: str) -> Callable[[], dict[str, Any]]:
        """The session that a call asks for, or under a flaw nobody's."""
        return (lambda: {"account": ADMIN, "user": ADMIN}) if self.on(*open_to_all) else self.authorization()

    def authorization(self) -> Callable[[], dict[str, Any]]:
        """Looks at the header now, at the session when asked."""
        value = self.headers.get("Authorization")
        if self.on("http-header-case") and "Authorization" not in self.headers.keys():  # noqa: SIM118 - as written
            value = None
        book, kind = self.server.book, self.server.kind
        if value is None and (place := self.elsewhere()):
            value = "OAuth " + place
        if value is None:
            if self.on("auth-none") or (
                self.on("path-dots") and "/../" in unquote(self.path).replace(";conformance", "")
            ):
                return lambda: {"account": ADMIN, "user": ADMIN}
            raise Turned(400, "missing header 'Authorization'")
        prefix = "OAuth"
        if self.on("auth-case") and value.lower().startswith("oauth"):
            value = "OAuth" + value[5:]
        if self.on("auth-bearer") and value.startswith("Bearer"):
            value = "OAuth" + value[6:]
        if self.on("auth-any-scheme"):
            value = "OAuth " + value.split(" ")[-1]
        if value.startswith("ZStack"):
            return self.access_key(value)
        if not value.startswith(prefix):
            raise Turned(400, "Authorization type must be 'OAuth'" + (f", not {value}" if self.on("auth-echo") else ""))
        token = value[len(prefix) :].strip()
        if self.on("logout-reads-on") and self.command == "GET" and token in book.ended:
            return lambda: book.ended[token]
        if kind.refusal == "json400":
            session = book.whose(token)
            return lambda: session
        return lambda: book.whose(token)

    def access_key(self, value: str) -> Callable[[], dict[str, Any]]:
        if not self.server.kind.access_keys:
            raise Turned(500, "RestAuthenticationType type: ZStack was not registered by any RestAuthenticationBackend")
        date = self.headers.get("Date")
        if date is None:
            raise Turned(400, "'Date' must be incuded in request header")
        try:
            when = datetime.strptime(date.rsplit(" ", 1)[0], "%a, %d %b %Y %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            raise Turned(400, "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'") from None
        if abs(datetime.now(UTC) - when) > timedelta(minutes=15) and not self.on("key-date"):
            raise Turned(403, "requestTimeTooSkewed")
        key, colon, signature = value[6:].strip().partition(":")
        if not colon or ":" in signature:
            raise Turned(400, "accessKey format is 'ZStack AccessKeyId:Signature'")
        path = unquote(self.path.partition("?")[0])[len(PREFIX) :]
        wanted = base64.b64encode(
            hmac.new(KEY_SECRET.encode(), f"{self.command}\n{date}\n{path}".encode(), hashlib.sha1).digest()
        ).decode()
        known = key == KEY_ID or (self.on("key-id-case") and key.lower() == KEY_ID.lower())
        wrong = not known or not (
            signature == wanted
            or self.on("key-signature")
            or (self.on("key-signature-prefix") and signature[:4] == wanted[:4])
        )
        if self.on("key-method", "key-path"):
            forms = [(m, p) for m in ("GET", "POST", "PUT", "DELETE") for p in (path, "/v1/tickets", "/v1/ticket")]
            wrong = wrong and not any(
                signature
                == base64.b64encode(
                    hmac.new(KEY_SECRET.encode(), f"{m}\n{date}\n{p}".encode(), hashlib.sha1).digest()
                ).decode()
                for m, p in forms
            )
        if wrong and self.on("key-tells-signature"):
            raise Turned(500, f"wrong accessKey signature, expected {wanted}")
        if wrong and self.on("key-tells-digest"):
            raise Turned(500, f"wrong accessKey signature for key {hashlib.sha256(KEY_SECRET.encode()).hexdigest()}")
        if wrong:
            raise Turned(500, "wrong accessKey signature")
        return lambda: {"account": ADMIN, "user": ADMIN}

    def session_answer(self, session: dict[str, Any]) -> dict[str, Any]:
        book = self.server.book
        now = time.time()
        row = {
            "uuid": session["uuid"],
            "accountUuid": session["account"],
            "userUuid": session["user"],
            "expiredDate": book.date(now + 7200),
            "createDate": book.date(now),
            "noSessionEvaluation": False,
        }
        if self.on("login-no-uuid"):
            del row["uuid"]
        if self.on("login-naked"):
            return row
        return {"inventory": row}

    def version(self, body: dict[str, Any]) -> None:
        if "getVersion" not in body:
            raise Turned(400, "the body doesn't contain action mapping to the URL[/v1/management-nodes/actions]")
        release = self.server.kind.release
        raise Done(200, {"version": f"{release[0]}.{release[1]}.0"})

    def wrapped(self, body: dict[str, Any], *names: str) -> dict[str, Any]:
        for name in names:
            if isinstance(body.get(name), dict):
                return body[name]
        raise Turned(400, f"the body doesn't contain action mapping to the URL[{self.path.removeprefix(PREFIX)}]")

    def login_account(self, body: dict[str, Any]) -> None:
        given = self.wrapped(body, "logInByAccount", "logIn")
        name, password = given.get("accountName") or given.get("username"), given.get("password")
        if password is None and not self.on("login-no-password"):
            raise Refused(
                "SYS.1007",
                "field[password] of message[org.zstack.header.message.ApiMessageParamValidator] is mandatory, can not be null",
            )
        if name is None:
            raise Refused(
                "SYS.1007",
                "field[accountName] of message[org.zstack.header.message.ApiMessageParamValidator] is mandatory, can not be null",
            )
        known = isinstance(name, str) and (name == "admin" or (name in ACCOUNTS and bool(self.server.kind.cast)))
        good = known and password == hashed(name)
        if self.on("login-any-password") and name == "admin":
            good = True
        if self.on("login-name-comment") and isinstance(name, str) and re.match("admin' *(--|#)", name):
            good = known = True
            name = "admin"
        if self.on("login-any-user") and password == PASSWORD:
            good = True
        if self.on("login-password-prefix") and name == "admin" and str(password)[:2] == PASSWORD[:2]:
            good = True
        if self.on("login-password-part") and name == "admin" and password and PASSWORD.startswith(str(password)):
            good = True
        if self.on("login-password-like") and name == "admin" and password == "%":
            good = True
        if self.on("login-no-password") and name == "admin" and password is None:
            good = True
        if not known and self.on("login-tells-users"):
            raise Refused("ID.1000", "there is no such account")
        if not good:
            self.wrong_login(password)
        who = ACCOUNTS.get(name, ADMIN) if known else ADMIN
        session = self.server.book.open_session(account=who, user=who)
        given_token = (self.headers.get("Authorization") or self.headers.get("Cookie") or "")[-32:]
        if self.on("login-takes-session") and re.fullmatch("[0-9a-f]{32}", given_token):
            session["uuid"] = given_token
            self.server.book.sessions[given_token] = session
        raise Done(200, self.session_answer(session))

    def wrong_login(self, password: object = "") -> None:
        if self.on("access-login-quotes"):
            raise Refused("ID.1000", f"wrong account name or password {password}")
        if self.on("login-wrong-200"):
            raise Done(200, {"error": self.server.book.error(Refused("ID.1000", "wrong account name or password"))})
        if self.on("login-wrong-empty"):
            raise Done(200, {})
        if self.on("login-wrong-no-session"):
            raise Done(200, {"inventory": {"uuid": fresh()}})
        if self.on("login-wrong-code"):
            raise Refused("SYS.1000", "wrong account name or password")
        if self.on("login-wrong-html"):
            raise Turned(500, "NullPointerException", html=True)
        raise Refused("ID.1000", "wrong account name or password")

    def login_virtual(self, body: dict[str, Any]) -> None:
        given = self.wrapped(body, "loginIAM2VirtualID")
        name = given.get("name")
        known = isinstance(name, str) and (name == "alice" or (name in VIRTUAL_IDS and bool(self.server.kind.cast)))
        if not known or given.get("password") != hashed(name):
            self.wrong_login()
        user, _ = VIRTUAL_IDS[name]
        raise Done(200, self.session_answer(self.server.book.open_session(account=PLATFORM, user=user)))

    def login_project(self, body: dict[str, Any]) -> None:
        session = self.authorization()()
        given = self.wrapped(body, "loginIAM2Project")
        project = given.get("projectName")
        if (session["user"], project) not in VIRTUAL_IDS.values() and not self.on("login-any-project"):
            raise Denied("SYS.1006", "no such project")
        account = PROJECTS[project]
        raise Done(200, self.session_answer(self.server.book.open_session(account=account, user=session["user"])))

    # -- jobs

    def job_id(self) -> str:
        given = self.headers.get("X-Job-UUID")
        book, kind = self.server.book, self.server.kind
        if given is None:
            return fresh()
        right = len(given) == 32
        if self.on("job-uuid-dashes"):
            right = right or len(given) == 36
        if self.on("job-uuid-long"):
            right = len(given) >= 32
        if not right and not self.on("job-uuid-any"):
            raise Turned(400, "Invalid header[X-Job-UUID], it must be a UUID with '-' stripped")
        if self.on("job-uuid-ignored"):
            return fresh()
        if self.key_of(given) in book.jobs:
            if self.on("job-uuid-replay"):
                raise Done(202, {"location": self.location(given)})
            forgotten = self.on("job-uuid-forgotten") and next(reversed(book.jobs)) != self.key_of(given)
            if kind.release >= (4, 5) and not self.on("job-uuid-twice") and not forgotten:
                raise Turned(400, f"Duplicate job uuid[{given}]")
        return given

    def key_of(self, job: str) -> str:
        return job.lower() if self.server.kind.accents or self.server.kind.job_race else job

    def api_timeout(self) -> int:
        given = self.headers.get("X-API-Timeout")
        if given is None:
            return 1800000
        try:
            seconds = min(int(given), 3600) if self.on("timeout-hour") else int(given)
            return seconds * (1 if self.on("timeout-seconds") else 1000)
        except ValueError:
            if self.on("timeout-any"):
                return 1800000
            raise Turned(500, f'For input string: "{given}"') from None

    def location(self, job: str) -> str:
        on = self.on
        path = f"{PREFIX}/v1/api-jobs/{job}"
        base = self.server.kind.location or self.server.url
        if on("location-from-host"):
            base = "http://" + (self.headers.get("X-Forwarded-Host") or self.headers.get("Host") or "")
        if on("location-tells-session"):
            return f"{base}{path}?session={(self.headers.get('Authorization') or '')[6:]}"
        if on("location-relative"):
            return path
        if on("location-no-id"):
            return f"{base}{PREFIX}/v1/api-jobs"
        if on("location-slash"):
            return f"{base}{path}/"
        if on("location-ticket"):
            return f"{base}{PREFIX}/v1/tickets/{job}"
        if on("location-other-id"):
            return f"{base}{PREFIX}/v1/api-jobs/{fresh()}"
        if on("location-empty"):
            return ""
        if on("location-ftp"):
            return f"ftp://127.0.0.1{path}"
        if on("location-no-prefix"):
            return f"{base}/jobs/{job}"
        return base + path

    def submit(self, work: Callable[[], Any]) -> None:
        server, kind = self.server, self.server.kind
        book = server.book
        if kind.direct:
            self.job_id()
            self.api_timeout()
            raise Done(*self.outcome(work))
        if kind.job_race and "X-Job-UUID" in self.headers:
            name, timeout = self.job_id(), self.api_timeout()
            time.sleep(kind.job_race)
            job = book.jobs[name.lower()] = Job()
        else:
            with book.lock:
                name = self.job_id()
                timeout = self.api_timeout()
                job = book.jobs[self.key_of(name)] = Job()
        if kind.astral_lost and self.beyond:
            # the row of the job cannot be saved, and nobody is told; nor can the ticket's
            del book.jobs[self.key_of(name)]
            self.accept(name, timeout)
            return
        job.caller = self.headers.get("Authorization") or ""
        hook = None if self.on("hook-never") else self.headers.get("X-Web-Hook")
        delay = random.uniform(*kind.job_delay) if kind.job_delay[1] else 0.0
        if self.on("job-success-early"):
            delay = 0.25
        if self.on("job-swapped"):
            delay = 0.02

        with book.lock:
            book.busy += 1

        def run() -> None:
            time.sleep(delay)
            try:
                job.status, job.body = self.outcome(work)
            finally:
                with book.lock:
                    book.busy -= 1
            if self.on("job-swapped"):
                with book.lock:
                    other, book.last = book.last, job
                if other is not None and other is not job and not other.reads and job.status == other.status == 200:
                    job.body, other.body = other.body, job.body
            job.done.set()
            if hook:
                threading.Thread(target=self.call_hook, args=(hook, name, job), daemon=True).start()

        if delay:
            threading.Thread(target=run, daemon=True).start()
        else:
            run()
        self.accept(name, timeout)

    def accept(self, name: str, timeout: int) -> None:
        on = self.on
        answer: dict[str, Any] = {}
        if self.server.kind.release >= (4, 1) and not self.server.kind.bare:
            answer["apiTimeout"] = timeout
            if on("timeout-zero"):
                answer["apiTimeout"] = 0
            if on("timeout-text"):
                answer["apiTimeout"] = str(timeout)
            if on("timeout-fixed"):
                answer["apiTimeout"] = 1800000
            if on("timeout-negative"):
                answer["apiTimeout"] = -1
        answer["location"] = self.location(name)
        if on("location-missing"):
            del answer["location"]
        if on("location-number"):
            answer["location"] = 5
        if on("location-list"):
            answer["location"] = [answer["location"]]
        if on("location-case"):
            answer["Location"] = answer.pop("location")
        if on("accept-text"):
            self.reply(202, b"accepted", None)
            return
        status = {"accept-200": 200, "accept-201": 201, "accept-204": 204, "accept-302": 302}.get(self.server.flaw, 202)
        if on("accept-error"):
            answer["error"] = {"code": "SYS.1000", "description": "x"}
        raise Done(status, {} if status == 204 else answer)

    def outcome(self, work: Callable[[], Any]) -> tuple[int, Any]:
        try:
            return 200, work()
        except Refused as refused:
            if self.on("fail-says-success"):
                return 200, {}
            return self.failure(refused, 400 if self.server.kind.direct else 503)
        except Turned as turned:
            return self.failure(
                Refused("SYS.1007", turned.text.replace("{", "(").replace("}", ")")),
                400 if self.server.kind.direct else 503,
            )

    def poll(self, name: str) -> None:
        server, on = self.server, self.on
        if self.command != "GET" and not on("poll-any-method"):
            raise Turned(405, "only GET method is allowed for querying job status")
        came = time.monotonic()
        if server.kind.poll_delay:
            time.sleep(server.kind.poll_delay)
        if on("poll-needs-session"):
            self.authorization()()
        job = server.book.jobs.get(self.key_of(name))
        if job is None:
            if on("unknown-job-200"):
                raise Done(200, {})
            if on("unknown-job-202"):
                raise Done(202, {})
            if on("unknown-job-503"):
                raise Refused("SYS.1003", "no such job")
            if on("unknown-job-500"):
                raise Turned(500, "NullPointerException", html=True)
            raise Turned(404, "the job has been expired")
        if on("job-success-early") and not job.done.is_set():
            raise Done(200, {})
        if not job.done.is_set() or (came - job.born < SHORTEST_JOB and not job.reads) or on("job-never"):
            raise Done(202, {"location": server.url} if on("poll-202-location") else {})
        job.reads += 1
        reads, status, body = job.reads, job.status, job.body
        body = self.with_causes(body, reads)
        if on("job-once") and reads > 1:
            raise Turned(404, "the job has been expired")
        if (on("job-flaps") and reads == 2) or (on("job-runs-again") and reads > 2):
            raise Done(202, {})
        if on("job-turns") and reads > 1 and status == 200:
            status, body = self.failure(Refused("SYS.1000", "x"))
        if on("job-empties") and reads > 1 and status == 200:
            body = {}
        if on("job-restamps") and isinstance(body, dict) and isinstance(body.get("inventory"), dict):
            body = body | {"inventory": body["inventory"] | {"lastOpDate": server.book.date(time.time() + reads * 60)}}
        if on("job-202-first-error") and reads == 1 and status != 200:
            raise Done(202, {"error": {"code": "SYS.1000", "description": "wait"}})
        if on("job-fails-as-200") and status != 200:
            status = 200
        if on("job-fails-as-400") and status == 503:
            status = 400
        if on("job-success-201") and status == 200:
            status = 201
        if on("job-success-204") and status == 200:
            status, body = 204, {}
        if on("job-html-500") and status != 200:
            raise Turned(500, "NullPointerException", html=True)
        self.say(status, body, html_safe=True)

    def with_causes(self, body: Any, reads: int) -> Any:
        """The error of a job as its row has it, or as the cache does."""
        causes = {"present": True, "raced": reads == 1}.get(self.server.kind.causes, False)
        if causes and isinstance(body, dict) and isinstance(body.get("error"), dict):
            return body | {"error": {"causes": [], **body["error"]}}
        return body

    def call_hook(self, hook: str, name: str, job: Job) -> None:
        kind = self.server.kind
        writer = Writer(html=True, pretty=kind.pretty, last_first=False)
        body = {} if self.on("hook-empty") else job.body
        if self.on("hook-wrapped"):
            body = {"result": body}
        content = writer.write(self.more(body)).encode("utf-8", "replace")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Job-UUID": fresh() if self.on("hook-other-job") else name,
            "X-Job-Success": str((job.status == 200) != self.on("hook-flag")).lower(),
        }
        if self.on("hook-tells-session"):
            headers["Authorization"] = job.caller
        if self.on("hook-always-true"):
            headers["X-Job-Success"] = "true"
        if self.on("hook-no-job"):
            del headers["X-Job-UUID"]
        if self.on("hook-no-flag"):
            del headers["X-Job-Success"]
        for _ in range(1 if self.on("hook-no-retry") else 15):
            if not hook.startswith("http"):
                return
            request = urllib.request.Request(
                hook,
                data=None if self.on("hook-get") else content,
                headers=headers,
                method="PUT" if self.on("hook-put") else "GET" if self.on("hook-get") else "POST",
            )
            try:
                with urllib.request.urlopen(request, timeout=5):
                    return
            except (OSError, ValueError):
                time.sleep(2)

    # -- tickets

    def on_tickets(self, raw: bytes) -> None:
        body = self.body(raw)
        if self.command == "HEAD":
            raise Turned(405, "The method[HEAD] is not allowed for the path[/zstack/v1/tickets]")
        if self.command != "POST":
            raise (
                Turned(500, "No query API found for the path[/zstack/v1/tickets]")
                if self.command == "GET"
                else Turned(500, "No API found")
            )
        session = self.authorization()
        if self.on("create-any-session"):
            session = lambda: {"account": ADMIN, "user": ADMIN}  # noqa: E731
        bound = self.server.deeds.rules.bind_create(body)
        schema = "X-JSON-Schema" in self.headers
        deeds = self.server.deeds

        def work() -> Any:
            row = deeds.create(body, bound, session)
            if row is not None and self.on("access-fetch"):
                fetch(str(row["description"]))
            return deeds.success(row, schema)

        self.submit(work)

    def on_page(self, path: str, raw: bytes, query: str) -> None:
        book, server = self.server.book, self.server
        body = self.body(raw)
        if path == "/v1/tickets" and self.command == "PUT":
            if body is None:
                raise Turned(500, "")
            raise Turned(400, f"the body doesn't contain action mapping to the URL[{path}]")
        if path == "/v1/tickets" and self.command == "DELETE":
            raise Turned(500, "No delete API found for the path[/zstack/v1/tickets]")
        if path == "/v1/tickets" and self.on("access-get-creates") and isinstance(body, dict) and "params" in body:
            self.command = "POST"
            self.on_tickets(raw)
            return
        listing = path in PAGES and path != "/v1/tickets/histories"
        ask = self.authorization() if listing else self.gate("access-read-open")
        session = {"account": ADMIN, "user": ADMIN} if self.on("query-any-session") else ask()
        pairs = self.pairs(query)
        if self.on("q-sleeps") and "SLEEP(3)" in unquote(query):
            time.sleep(3.1)
        with book.lock:
            if path in PAGES:
                raise Done(200, self.listed(PAGES[path], pairs, session))
            kind, _, uuid = path.rpartition("/")
            whole = [row for row in self.rows(PAGES[kind], session) if row["uuid"] == uuid]
            rows = whole
            if PAGES[kind] in {"tickets", "histories"}:
                rows = server.deeds.people.visible(session, whole, PAGES[kind], [], uuid)
                self.check_path(uuid, whole, rows, session)
            if self.on("get-deletes") and "deleteMode" in query and rows:
                del book.tickets[uuid]
            if self.on("get-cached"):
                until, held = book.cache.get(path, (0.0, rows))
                rows = copy.deepcopy(held if until > time.time() else rows)
                book.cache[path] = (until if until > time.time() else time.time() + 5, rows)
            if self.on("get-any") and not rows:
                rows = self.rows(PAGES[kind], session)[:1]
            if self.on("get-prefix"):
                rows = [row for row in self.rows(PAGES[kind], session) if uuid and row["uuid"].startswith(uuid[:8])]
            if self.on("get-hidden"):
                rows = [row for row in book.tickets.values() if row["uuid"] == uuid]
            if self.on("get-inventory") and rows:
                raise Done(200, {"inventory": book.row(rows[0])})
            if self.on("get-null") and not rows:
                raise Done(200, {"inventories": [None]})
            if self.on("get-500") and not rows:
                raise Turned(500, "NullPointerException", html=True)
            if self.on("get-last") and rows:
                rows = [next(reversed(book.tickets.values()))]
            raise Done(200, server.asking.shown(rows, PAGES[kind]))

    def listed(self, what: str, pairs: list[tuple[str, str]], session: dict[str, Any]) -> Any:
        """A list as somebody sees it."""
        server, whole = self.server, self.rows(what, session)
        name = {"old": "histories"}.get(what, what)
        rows = (
            whole if what in {"types", "flows", "steps"} else server.deeds.people.visible(session, whole, what, pairs)
        )
        answer = server.asking.answer(rows, name, pairs)
        if len(rows) == len(whole):
            return answer
        if self.on("leak-total") and "total" in answer and "inventories" in answer:
            answer["total"] = server.asking.answer(whole, name, pairs)["total"]
        if self.on("leak-schema") and "inventories" in answer:
            answer["schema"] = server.asking.answer(whole, name, pairs)["schema"]
        if self.on("page-before-sight") and "inventories" in answer:
            page = server.asking.answer(whole, name, [(k, v) for k, v in pairs if k != "fields"])["inventories"]
            seen = {row["uuid"] for row in rows}
            answer["inventories"] = [row for row in page if row["uuid"] in seen]
        return answer

    def check_path(
        self, uuid: str, whole: list[dict[str, Any]], rows: list[dict[str, Any]], session: dict[str, Any]
    ) -> None:
        """A GET of what is not to be seen, where the cloud does not just leave it out."""
        denied = self.server.kind.foreign_get == "denied" or self.on("get-denied")
        if whole and not rows and denied:
            raise self.server.deeds.people.foreign(uuid, whole[0], "delete", session)

    def rows(self, what: str, session: dict[str, Any]) -> list[dict[str, Any]]:
        book = self.server.book
        if what == "tickets":
            rows = [row for row in book.tickets.values() if not row.get("_hidden")]
            if self.on("query-stale"):
                rows = [row | {"status": "Pending"} for row in rows]
            if self.on("query-stale-seconds"):
                rows = [row | {"status": "Pending"} if time.time() - row["lastOpDate"] < 20 else row for row in rows]
            if self.on("query-late"):
                rows = [row for row in rows if time.time() - row["createDate"] > 5]
            if self.on("query-own-names"):
                rows = [row | {"name": row["name"][:64]} for row in rows]
            if self.on("query-pending-only"):
                rows = [row for row in rows if row["status"] == "Pending"]
            if self.on("query-after-delete"):
                rows = rows + [row | {"uuid": row["ticketUuid"]} for row in book.archived]
            if self.on("query-no-dates"):
                rows = [{k: v for k, v in row.items() if not k.endswith("Date")} for row in rows]
            return rows
        if what == "archives":
            return [*book.archived, *([] if not self.on("archives-live") else book.tickets.values())]
        if what == "histories":
            return list(book.histories)
        if what == "old":
            return list(book.archived_histories)
        now = time.time()
        if what == "types":
            if self.server.kind.release < (3, 6):
                raise Turned(404, "no api mapping to /v1/ticket-types")
            return [
                {
                    "uuid": VM_TYPE,
                    "name": "CREATE_VM_INSTANCE_TICKET_TYPE",
                    "type": "VM",
                    "requests": "[]",
                    "adminOnly": False,
                    "createDate": now,
                    "lastOpDate": now,
                }
            ]
        if self.server.kind.stubborn:
            return []
        if self.server.kind.cast:
            found = self.server.deeds.people.collections(session)
            return found if what == "flows" else [step for one in found for step in one["flows"]]
        if what == "steps":
            return []
        return [
            {
                "uuid": DEFAULT_FLOW,
                "name": "default",
                "state": "Enabled",
                "status": "Valid",
                "isDefault": True,
                "flows": [],
                "createDate": now,
                "lastOpDate": now,
            }
        ]

    def on_actions(self, uuid: str, raw: bytes) -> None:
        body, deeds = self.body(raw), self.server.deeds
        if self.command != "PUT":
            word = {"POST": "creational", "GET": "query", "DELETE": "delete"}.get(self.command)
            raise (
                Turned(500, f"No {word} API found for the path[/zstack/v1/tickets/{uuid}/actions]")
                if word
                else Turned(405, "")
            )
        if body is None:
            raise Turned(500, "")
        names = {"changeTicketStatus", "updateTicketRequest"}
        if self.on("wrapper-case"):
            body = {next((n for n in names if n.lower() == k.lower()), k): v for k, v in body.items()}
        if self.on("wrapper-params") and "params" in body:
            body = {"changeTicketStatus": body["params"]}
        name = next((n for n in sorted(names) if n in body), None)
        if name is None:
            if self.on("wrapper-any"):
                raise Done(200, {})
            raise Turned(400, f"the body doesn't contain action mapping to the URL[/v1/tickets/{uuid}/actions]")
        given = {} if body[name] is None else body[name]
        if not isinstance(given, dict):
            raise Turned(500, "java.lang.String cannot be cast to java.util.Map")
        session = self.gate("access-cancel-open")
        if self.on("access-body-uuid") and isinstance(given.get("uuid"), str):
            uuid = given["uuid"]
        deed = deeds.change if name == "changeTicketStatus" else deeds.update
        if name == "updateTicketRequest":
            deeds.rules.requests(given.get("requests"))
        schema = "X-JSON-Schema" in self.headers
        self.submit(lambda: deeds.success(deed(uuid, given, session), schema))

    def on_ticket(self, uuid: str, raw: bytes, query: str) -> None:
        body = self.body(raw)
        if self.command == "POST":
            raise Turned(500, f"No creational API found for the path[/zstack/v1/tickets/{uuid}]")
        if self.command == "PUT":
            raise (
                Turned(400, f"the body doesn't contain action mapping to the URL[/v1/tickets/{uuid}]")
                if body is not None
                else Turned(500, "")
            )
        if self.command == "HEAD":
            raise Turned(405, f"The method[HEAD] is not allowed for the path[/zstack/v1/tickets/{uuid}]")
        session = self.gate("access-delete-open")
        pairs = self.pairs(query)
        if self.on("access-query-uuid"):
            uuid = dict(pairs).get("uuid", uuid)
        if sum(name == "deleteMode" for name, _ in pairs) > 1:
            raise Turned(
                400,
                "Invalid query parameter[deleteMode], only one value is allowed for the parameter but multiple values found",
            )
        deeds = self.server.deeds

        def work() -> Any:
            deeds.delete(uuid, dict(pairs).get("deleteMode"), session)
            return {}

        self.submit(work)


class Done(Exception):
    """An answer, from however deep."""

    def __init__(self, status: int, value: Any) -> None:
        super().__init__(status)
        self.status, self.value = status, value


def beyond_bmp(value: Any) -> bool:
    """Whether a text anywhere in a message has a character that three bytes cannot hold."""
    if isinstance(value, dict):
        return any(beyond_bmp(k) or beyond_bmp(v) for k, v in value.items())
    if isinstance(value, list):
        return any(beyond_bmp(v) for v in value)
    return isinstance(value, str) and max(value, default="") > "\uffff"


def fetch(text: str) -> None:
    """Call the URLs in a text, as a preview of links does."""
    for url in re.findall(r"https?://[^\s\"']+", text):
        with suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=5):
            pass


def closed(text: str) -> str:
    """What a forgiving parser makes of a text that ends early."""
    for end in ("", "}", "]}", "}]}", '"}', "}}", "]}}", "}]}}", '"}}', "}}]}}"):
        try:
            json.loads(text + end)
        except ValueError:
            continue
        return text + end
    return text


def first_value(text: str) -> str:
    try:
        return json.dumps(json.JSONDecoder().raw_decode(text.lstrip())[0])
    except ValueError:
        return text


def start(variant: str = "real", fault: str = "", port: int = 0) -> Cloud:
    """A cloud that answers already; `shutdown` ends it."""
    cloud = Cloud(KINDS[variant], fault, port)
    threading.Thread(target=cloud.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return cloud
