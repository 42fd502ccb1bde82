"""Recognise answers that the API cannot have written: what front ends say in words of their own.

The API writes JSON without a Content-Type and in its own vocabulary, measured on 5.2.1; its container writes pages of
its own. Firewalls and API gateways refuse with pages under any status, with redirections to a page elsewhere, or with
JSON such as `{"code": 403, "msg": "blocked", "traceid": "…"}`.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pytest_zstack_ticket.api.stack_traces import is_surely_trace
from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.model.exchange import Json, Response

LARGEST = 16384
"""Bytes of the largest refusal of a gateway that is looked at."""
_OURS = re.compile(
    rb'"(?:inventory|inventories|location|apiTimeout|schema|total|uuid|description|details|elaboration|causes?|cost|params)"\s*:'
    rb"|\b[A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*\.\d{4}\b"
)
"""A key of the API's answers, or a code of its errors."""
_SAYS = frozenset(
    {"message", "msg", "errormessage", "errormsg", "errmsg", "error_message", "error_msg"}
    | {"title", "reason", "detail", "fault", "faultstring", "info"}
)
"""Keys under which gateways say why they refuse, in lower case."""
POLICIES = frozenset({401, 403, 405, 413, 414, 415, 429, 431, 451, 502, 504})
"""Statuses with which front ends refuse by rules of their own; with others JSON may be an API's own wrong answer."""
_REFUSES = re.compile(
    r"\b(?:waf|firewall|blocked|malicious|attacks?)\b|拦截|防火墙|恶意|攻击|安全风险|安全策略", re.IGNORECASE
)
"""Words of what blocks requests."""
_OF_GATEWAYS = ({"requestid", "hostid"}, {"request_id", "error_code"}, {"request_id", "message"}, {"fault"})
"""Keys, in lower case, that only gateways are known to answer together."""
_OF_FRAMEWORKS = ({"timestamp", "path"}, {"statuscode", "message"}, {"detail"}, {"type", "title"})
"""Keys of the errors that web frameworks write where the program behind them does not: that program is the API."""
_OUTAGES = frozenset(
    {"bad gateway", "service unavailable", "service temporarily unavailable", "gateway timeout", "gateway time-out"}
)
REDIRECT, SERVER_ERROR = 300, 500
_NUMBER = re.compile(rb"[0-9a-fA-F-]{8,}|[0-9]+")
CACHE_HEADERS = frozenset(
    {
        "x-cache",
        "x-cache-status",
        "x-proxy-cache",
        "x-cache-lookup",
        "cf-cache-status",
        "x-varnish-cache",
        "cache-status",
    }
)
"""Headers in which caches say whether they answered."""
KEEPABLE = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
"""Statuses of answers that a cache may keep without being told to (RFC 9110, 15.1)."""
_HIT = re.compile(r"\b(?:hit|stale)\b", re.IGNORECASE)
_PROXIES = re.compile(
    r"(?:nginx|openresty|tengine|apache/|h2o|caddy|lighttpd|ats/|squid|nghttpx|envoy|istio-envoy|cloudflare|big-?ip)",
    re.IGNORECASE,
)
"""How products that stand in front of others name themselves."""
_KEPT = re.compile(r"[0-9]+ [0-9]+")
_CONTAINER = re.compile(
    rb"HTTP (?:Status|ERROR) [1-5][0-9]{2}|Apache Tomcat|Powered by Jetty|<h1>Bad Message [1-5][0-9]{2}</h1>"
    rb"|URISyntaxException|Error code explanation: |<h1><p>[\w ]{3,40}</p></h1>",
    re.IGNORECASE,
)
"""What containers write: Tomcat, Jetty (also of a request line that it cannot read), the JDK's own server, and those of
Python, http.server and gunicorn. None of them stands before others."""
_CRASHES = re.compile(
    rb"or there is an error in the application\.|<h1>Server Error \(500\)</h1>"
    rb"|<title>500: Internal Server Error</title>|<p>Server got itself in trouble</p>"
    rb"|the requested URL <tt>[^<]*</tt>\s*caused an error:"
    rb"|If you are the application owner check the logs|An unhandled exception occurred while processing the request\."
)
"""What web frameworks write on a page with 500 when the program breaks down: Flask, Django, Tornado, aiohttp, Bottle,
Rails, ASP.NET. A front end's page may say that something went wrong, too, but not in these words."""
BROKE_DOWN, NOT_ALLOWED = 500, 405


def looks_like_page(body: bytes) -> bool:
    """Return True for an HTML page, as a container or a gateway writes it."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<h1", b"<center")) or b"<html" in head


def is_container_page(body: bytes) -> bool:
    """Return True for an error page that the API's own container writes (Tomcat, Jetty, the JDK)."""
    return looks_like_page(body) and _CONTAINER.search(body[:4096]) is not None


def is_crash_page(answer: Response) -> bool:
    """Return True for a page by which the program behind it says that it broke down: that program is the API's."""
    if answer.status != BROKE_DOWN or not looks_like_page(answer.body):
        return False
    said = answer.body[:LARGEST]
    return _CRASHES.search(said) is not None or is_surely_trace(said)


def is_foreign_page(answer: Response) -> bool:
    """Return True for a page that is neither the container's own nor a crash's: the API itself writes none.

    JSON or text that quotes markup is none: a ticket may be named `<html>`. A 405 that lists the methods under Allow is
    the origin server's, which has to (RFC 9110, 15.5.6); so answers a real node, too.
    """
    marked_up = answer.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    of_origin = answer.status == NOT_ALLOWED and bool(answer.header("allow"))
    own = of_origin or is_container_page(answer.body) or is_crash_page(answer)
    return marked_up and looks_like_page(answer.body) and not own


def is_foreign_json(answer: Response) -> bool:
    """Return True for a refusal in JSON that shares neither header, nor key, nor code with any answer of the API.

    An API that words its errors wrongly does that, too. So the status has to be one of rules, the words those of what
    blocks or the name of an outage alone, or the keys those of gateways; what frameworks write is the API's.
    """
    body, value = answer.body, decode(answer.body) if is_in_foreign_words(answer) else None
    if not isinstance(value, dict):
        return False
    keys = {key.lower() for key in value}
    inner = [one for one in value.values() if isinstance(one, dict)]
    said = any(map(_says_why, (value, *inner))) or (len(value) > 1 and isinstance(value.get("error"), str))
    of_framework = any(known <= keys for known in _OF_FRAMEWORKS)
    of_gateway = any(known <= keys for known in _OF_GATEWAYS) or _only_names_an_outage(value)
    by_rule = answer.status in POLICIES or _REFUSES.search(body.decode("utf-8", "replace")) is not None
    return said and not of_framework and (of_gateway or by_rule)


def is_broken_json(answer: Response) -> bool:
    """Return True for JSON in the API's own words that cannot be read, as of a server that does not escape texts."""
    return answer.body[:64].lstrip().startswith(b"{") and _OURS.search(answer.body) is not None


def lacks_mark(answer: Response, marked: Response) -> bool:
    """Return True for JSON in foreign words without the cookie that `marked` has, to a request like its own.

    Measured on 5.2.1: over every request that names none the API opens an HTTP session, whatever it answers.
    """
    return _is_marked(marked) and is_in_foreign_words(answer)


def is_in_foreign_words(answer: Response) -> bool:
    """Return True for JSON, named as such, that shares neither key, nor code, nor cookie with any answer of the API."""
    typed = "json" in (answer.header("content-type") or "").lower()
    foreign = typed and 2 < len(answer.body) <= LARGEST and not _is_ours(answer)
    return foreign and isinstance(decode(answer.body), dict)


def _is_ours(answer: Response) -> bool:
    """Return True for an answer with a key, a code or the cookie of the API."""
    return _OURS.search(answer.body) is not None or _is_marked(answer)


def _is_marked(answer: Response) -> bool:
    return any("JSESSIONID" in value for name, value in answer.headers if name.lower() == "set-cookie")


def is_from_cache(answer: Response) -> bool:
    """Return True for an answer that a cache says it had kept: an Age, X-Cache: HIT and the like.

    Proxies write `Age: 0` on what they have just fetched, too, and some 1 where a second has begun since then: so an
    Age counts only on what may be kept unasked. Varnish numbers the request that it kept the answer to.
    """
    marks = (value for name, value in answer.headers if name.lower() in CACHE_HEADERS)
    kept = any(_HIT.search(value) for value in marks) or _KEPT.fullmatch(answer.header("x-varnish") or "") is not None
    return kept or (answer.status in KEEPABLE and (answer.header("age") or "").strip(" 0") != "")


def server_of(answer: Response) -> str:
    """Return the Server that an answer names if that is a product that stands before others, which no container is."""
    server = answer.header("server") or ""
    return server if _PROXIES.match(server) else ""


def leads_elsewhere(answer: Response) -> bool:
    """Return True for a redirection away from the API: with a page, or without words to a URL of something else."""
    if not 300 <= answer.status < 400:
        return False
    place = urlsplit(answer.header("location") or "")
    return is_foreign_page(answer) or (not answer.body and bool(place.netloc) and "/v1/" not in place.path)


def may_be_foreign(answer: Response) -> bool:
    """Return True for an answer that may be that of a filter which asks what a request carries, in whatever words.

    Neither what shares a word with the API, nor a page of its container, nor JSON that is no refusal, nor a breakdown.
    """
    if answer.status >= SERVER_ERROR or _is_ours(answer) or is_container_page(answer.body):
        return False
    return answer.status >= REDIRECT or isinstance(decode(answer.body), Undecodable)


def is_same_word(one: Response, other: Response) -> bool:
    """Return True for two answers that say the same, but for the numbers by which a filter names what it refused."""
    kinds = one.header("content-type") == other.header("content-type")
    return one.status == other.status and kinds and _NUMBER.sub(b"", one.body) == _NUMBER.sub(b"", other.body)


def _only_names_an_outage(value: dict[str, Json]) -> bool:
    """Return True if the reason is but the name of a gateway's status, as it stands in the place of a body."""
    said = [text for key, text in value.items() if key.lower() in _SAYS and isinstance(text, str)]
    return any(text.lower() in _OUTAGES for text in said)


def _says_why(value: dict[str, Json]) -> bool:
    return any(key.lower() in _SAYS and isinstance(text, str) and text.strip() for key, text in value.items())
