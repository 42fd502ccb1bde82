"""The read-only web application: its routes, and the headers of every answer.

It answers GET alone, for the host names that it was started for, and serves no file: pages are made from the documents
of runs, evidence and ledgers are never opened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pytest_zstack_ticket.certify.keys import PublicKey
from pytest_zstack_ticket.report.html.rendering import environment
from pytest_zstack_ticket.serve.pages import Pages
from pytest_zstack_ticket.serve.shelf import BROKEN, Shelf, Shelved

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Answer = Callable[[Request], Awaitable[Response]]


def security_headers() -> dict[str, str]:
    """Headers of every answer: nothing is loaded, framed, sent elsewhere or kept."""
    made = environment().globals
    policy = (
        f"default-src 'none'; style-src 'sha256-{made['css_digest']}'; script-src 'sha256-{made['script_digest']}'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


class Application:
    """Answers requests with the pages of one folder."""

    def __init__(self, folder: Path, lang: str, keys: Sequence[PublicKey]) -> None:
        self._shelf = Shelf(folder)
        self._pages = Pages(self._shelf, lang, keys)
        self._headers = security_headers()

    async def index(self, request: Request) -> Response:
        """Answer with all runs."""
        del request
        return await self._page(self._pages.index)

    async def run(self, request: Request) -> Response:
        """Answer with the page of a run."""
        return await self._of_run(request, self._pages.run)

    async def certificate(self, request: Request) -> Response:
        """Answer with the certificate of a run."""
        return await self._of_run(request, self._pages.certificate)

    async def document(self, request: Request) -> Response:
        """Answer with the document of a run as JSON."""
        one = await self._find(request.path_params["key"])
        if one is None:
            return self._missing()
        return await self._guarded(lambda: JSONResponse(self._shelf.document(one), headers=self._headers))

    async def compare(self, request: Request) -> Response:
        """Answer with the difference between two runs."""
        before, after = [await self._find(request.query_params.get(name, "")) for name in ("before", "after")]
        if before is None or after is None or {before.kind, after.kind} != {"run"}:
            return HTMLResponse(self._pages.message("one-of-two"), 400, headers=self._headers)
        return await self._page(lambda: self._pages.comparison(before, after))

    async def missing(self, request: Request, error: Exception) -> Response:
        """Answer what leads nowhere."""
        del request, error
        return self._missing()

    def _missing(self) -> Response:
        return HTMLResponse(self._pages.message("missing"), 404, headers=self._headers)

    async def _find(self, key: str) -> Shelved | None:
        return await run_in_threadpool(self._shelf.find, key)

    async def _of_run(self, request: Request, render: Callable[[Shelved], str]) -> Response:
        one = await self._find(request.path_params["key"])
        return self._missing() if one is None else await self._page(lambda: render(one))

    async def _page(self, render: Callable[[], str]) -> Response:
        return await self._guarded(lambda: HTMLResponse(render(), headers=self._headers))

    async def _guarded(self, answer: Callable[[], Response]) -> Response:
        try:
            return await run_in_threadpool(answer)
        except BROKEN:
            return HTMLResponse(self._pages.message("broken"), 500, headers=self._headers)


def make_app(
    folder: Path, *, lang: str = "en", keys: Sequence[PublicKey] = (), hosts: Sequence[str] = LOOPBACK
) -> Starlette:
    """Make the application for a folder; `hosts` are the names by which it may be asked for."""
    made = Application(folder, lang, keys)
    routes = [
        Route("/", made.index, methods=["GET"]),
        Route("/runs/{key}", made.run, methods=["GET"]),
        Route("/runs/{key}/certificate", made.certificate, methods=["GET"]),
        Route("/runs/{key}/document.json", made.document, methods=["GET"]),
        Route("/compare", made.compare, methods=["GET"]),
    ]
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return Starlette(routes=routes, middleware=[guard], exception_handlers={404: made.missing})
