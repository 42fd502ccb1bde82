"""The error pages of Tomcat 8.5, as its ErrorReportValve writes them. Source: facts.md and the recorded exchanges."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

_STYLE = (
    "body {font-family:Tahoma,Arial,sans-serif;} h1, h2, h3, b {color:white;background-color:#525D76;} "
    "h1 {font-size:22px;} h2 {font-size:16px;} h3 {font-size:14px;} p {font-size:12px;} a {color:black;} "
    ".line {height:1px;background-color:#525D76;border:none;}"
)
_DESCRIPTIONS = {
    400: "The server cannot or will not process the request due to something that is perceived to be a client error "
    "(e.g., malformed request syntax, invalid request message framing, or deceptive request routing).",
    404: "The origin server did not find a current representation for the target resource or is not willing to "
    "disclose that one exists.",
    405: "The method received in the request-line is known by the origin server but not supported by the target "
    "resource.",
    413: "The server is refusing to process a request because the request payload is larger than the server is "
    "willing or able to process.",
    417: "The expectation given in the request's Expect header field could not be met by at least one of the inbound "
    "servers.",
    500: "The server encountered an unexpected condition that prevented it from fulfilling the request.",
    501: "The server does not support the functionality required to fulfill the request.",
    505: "The server does not support, or refuses to support, the major version of HTTP that was used in the request "
    "message.",
}
_PHRASES = {413: "Payload Too Large"}
_SERVER = "Apache Tomcat/8.5.100"
_NOTE = "<p><b>Note</b> The full stack trace of the root cause is available in the server logs.</p>"

_SERVLET = (
    "org.springframework.web.servlet.FrameworkServlet.processRequest(FrameworkServlet.java:{line})",
    "org.springframework.web.servlet.FrameworkServlet.do{method}(FrameworkServlet.java:{place})",
    "javax.servlet.http.HttpServlet.service(HttpServlet.java:{http})",
    "org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:883)",
    "javax.servlet.http.HttpServlet.service(HttpServlet.java:583)",
)
_METHOD_LINES = {"Get": (898, 503), "Post": (909, 515), "Put": (920, 518), "Delete": (931, 521)}
_HANDLER = (
    "org.zstack.rest.RestServer.handle(RestServer.java:643)",
    "org.zstack.rest.RestServerController.api(RestServerController.java:29)",
    "jdk.internal.reflect.GeneratedMethodAccessor92.invoke(Unknown Source)",
    "java.base/jdk.internal.reflect.DelegatingMethodAccessorImpl.invoke(DelegatingMethodAccessorImpl.java:43)",
    "java.base/java.lang.reflect.Method.invoke(Method.java:569)",
    "org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:190)",
    "org.springframework.web.method.support.InvocableHandlerMethod.invokeForRequest(InvocableHandlerMethod.java:138)",
    (
        "org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod.invokeAndHandle(ServletInvocableHandlerMethod.java:105)"
    ),
    (
        "org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter.invokeHandlerMethod(RequestMappingHandlerAdapter.java:878)"
    ),
    (
        "org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter.handleInternal(RequestMappingHandlerAdapter.java:792)"
    ),
    (
        "org.springframework.web.servlet.mvc.method.AbstractHandlerMethodAdapter.handle(AbstractHandlerMethodAdapter.java:87)"
    ),
    "org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1043)",
    "org.springframework.web.servlet.DispatcherServlet.doService(DispatcherServlet.java:943)",
)
_CHUNK_HEAD = ("throwBadRequestException:684", "doRead:226")
_BODY_READING = (
    "org.apache.coyote.http11.Http11InputBuffer.doRead(Http11InputBuffer.java:259)",
    "org.apache.coyote.Request.doRead(Request.java:646)",
    "org.apache.catalina.connector.InputBuffer.realReadBytes(InputBuffer.java:321)",
    "org.apache.catalina.connector.InputBuffer.realReadChars(InputBuffer.java:419)",
    "org.apache.catalina.connector.InputBuffer.checkCharBufferEof(InputBuffer.java:652)",
    "org.apache.catalina.connector.InputBuffer.read(InputBuffer.java:470)",
    "org.apache.catalina.connector.CoyoteReader.read(CoyoteReader.java:96)",
    "org.apache.commons.io.IOUtils.copyLarge(IOUtils.java:1282)",
    "org.apache.commons.io.IOUtils.copyLarge(IOUtils.java:1261)",
    "org.apache.commons.io.IOUtils.copy(IOUtils.java:1108)",
    "org.apache.commons.io.IOUtils.toString(IOUtils.java:2723)",
)
_PATH_DECODING = (
    "java.base/java.nio.charset.Charset.checkName(Charset.java:304)",
    "java.base/java.nio.charset.Charset.lookup2(Charset.java:480)",
    "java.base/java.nio.charset.Charset.lookup(Charset.java:460)",
    "java.base/java.nio.charset.Charset.forName(Charset.java:524)",
    "org.springframework.web.util.UriUtils.decode(UriUtils.java:372)",
    *(
        f"org.springframework.web.util.UrlPathHelper.{frame}"
        for frame in (
            "decodeInternal(UrlPathHelper.java:521)",
            "decodeRequestString(UrlPathHelper.java:512)",
            "getContextPath(UrlPathHelper.java:401)",
            "getPathWithinApplication(UrlPathHelper.java:296)",
            "getLookupPathForRequest(UrlPathHelper.java:185)",
        )
    ),
    *(
        f"org.springframework.web.servlet.{frame}"
        for frame in (
            "handler.AbstractHandlerMethodMapping.getHandlerInternal(AbstractHandlerMethodMapping.java:364)",
            "mvc.method.RequestMappingInfoHandlerMapping.getHandlerInternal(RequestMappingInfoHandlerMapping.java:112)",
            "mvc.method.RequestMappingInfoHandlerMapping.getHandlerInternal(RequestMappingInfoHandlerMapping.java:60)",
            "handler.AbstractHandlerMapping.getHandler(AbstractHandlerMapping.java:396)",
            "DispatcherServlet.getHandler(DispatcherServlet.java:1237)",
            "DispatcherServlet.doDispatch(DispatcherServlet.java:1019)",
            "DispatcherServlet.doService(DispatcherServlet.java:943)",
        )
    ),
)
_CONNECTOR = (
    "org.apache.coyote.http11.Http11Processor.service(Http11Processor.java:{line})",
    "org.apache.coyote.AbstractProcessorLight.process(AbstractProcessorLight.java:63)",
    "org.apache.coyote.AbstractProtocol$ConnectionHandler.process(AbstractProtocol.java:934)",
    "org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1690)",
    "org.apache.tomcat.util.net.SocketProcessorBase.run(SocketProcessorBase.java:52)",
    "org.apache.tomcat.util.threads.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1191)",
    "org.apache.tomcat.util.threads.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:659)",
    "org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run(TaskThread.java:63)",
    "java.base/java.lang.Thread.run(Thread.java:840)",
)
_BUFFER = "org.apache.coyote.http11.Http11InputBuffer"
_PREPARED = (
    "org.apache.coyote.AbstractProcessor.parseHost(AbstractProcessor.java:301)",
    "org.apache.coyote.http11.Http11Processor.prepareRequest(Http11Processor.java:1010)",
)

HTML = (("content-type", "text/html;charset=utf-8"), ("content-language", "en"))
"""Headers of each page."""


def status_report(status: int, message: str = "") -> str:
    """Page that says a status, with a message if there is one."""
    return _page(status, "Status Report", message)


def connector_report(message: str, *places: str, kind: str = "Argument", above: tuple[str, ...] = ()) -> str:
    """Page of a 400 that the HTTP parser throws; `places` are its own methods, `above` what they called."""
    line = 492 if places[-1].startswith("parseRequestLine") else 514
    own = [f"{_BUFFER}.{_file(place)}" for place in places]
    return _thrown(f"java.lang.Illegal{kind}Exception", message, (*above, *own), line)


def host_report(message: str, *frames: str) -> str:
    """Page of a 400 for a Host header that is no host; `frames` are those of the parser, without its package."""
    own = [f"org.apache.tomcat.util.http.parser.{frame}" for frame in (*frames, "Host.parse(Host.java:38)")]
    return _thrown("java.lang.IllegalArgumentException", message, (*own, *_PREPARED), 595)


def _thrown(exception: str, message: str, own: tuple[str, ...], line: int) -> str:
    """Page of a 400 that an exception of the connector brought about, thrown below `line` of its service method."""
    head = f"{exception}: {message}" if message else exception
    trace = _trace(head, (*own, _CONNECTOR[0].format(line=line), *_CONNECTOR[1:]))
    return _page(400, "Exception Report", message, f"<p><b>Exception</b></p>{trace}{_NOTE}")


def servlet_report(method: str, exception: str, stack: tuple[str, ...]) -> str:
    """Page of a 500 for a body that cannot be read; `stack` lies above RestServer.toHttpEntity."""
    wrapped = f"org.zstack.header.exception.CloudRuntimeException: {exception}"
    nested = f"Request processing failed; nested exception is {wrapped}"
    below = (*_HANDLER, *_servlet(method, 1006))
    parts = [
        "<p><b>Exception</b></p>",
        _trace(f"org.springframework.web.util.NestedServletException: {nested}", _servlet(method, 1014)),
        "<p><b>Root Cause</b></p>",
        _trace(wrapped, ("org.zstack.rest.RestServer.toHttpEntity(RestServer.java:583)", *below)),
        "<p><b>Root Cause</b></p>",
        _trace(exception, (*stack, "org.zstack.rest.RestServer.toHttpEntity(RestServer.java:571)", *below)),
    ]
    return _page(500, "Exception Report", nested, "".join(parts) + _NOTE)


def broken_chunk_report(method: str, *, ended: bool) -> str:
    """Page of a 500 for a body whose chunks cannot be told apart: at a chunk's head, or, if it `ended`, behind it."""
    text = "Invalid end of line sequence (character other than CR or LF found)" if ended else "Invalid chunk header"
    places = ("throwBadRequestException:684", "parseCRLF:486", "doRead:263") if ended else _CHUNK_HEAD
    own = []
    for place in places:
        name, _, line = place.partition(":")
        own.append(f"org.apache.coyote.http11.filters.ChunkedInputFilter.{name}(ChunkedInputFilter.java:{line})")
    return servlet_report(method, f"org.apache.coyote.BadRequestException: {text}", (*own, *_BODY_READING))


def illegal_charset_report(method: str, name: str) -> str:
    """Page of a 500 for what can be no name of a charset: thrown where the dispatcher decodes the path."""
    exception = f"java.nio.charset.IllegalCharsetNameException: {name}"
    nested = f"Request processing failed; nested exception is {exception}"
    parts = [
        "<p><b>Exception</b></p>",
        _trace(f"org.springframework.web.util.NestedServletException: {nested}", _servlet(method, 1014)),
        "<p><b>Root Cause</b></p>",
        _trace(exception, (*_PATH_DECODING, *_servlet(method, 1006))),
    ]
    return _page(500, "Exception Report", nested, "".join(parts) + _NOTE)


def _servlet(method: str, line: int) -> tuple[str, ...]:
    place, http = _METHOD_LINES.get(method.title(), _METHOD_LINES["Post"])
    filled = {"line": line, "method": method.title(), "place": place, "http": http}
    return tuple(frame.format(**filled) for frame in _SERVLET)


def _file(place: str) -> str:
    name, _, line = place.partition(":")
    return f"{name}(Http11InputBuffer.java:{line})"


def _trace(head: str, stack: tuple[str, ...] | list[str]) -> str:
    lines = "".join(f"\n\t{frame}" for frame in stack)
    return f"<pre>{_escaped(head + lines)}\n</pre>"


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace('"', "&quot;").replace("'", "&#39;").replace("/", "&#47;")


def _page(status: int, kind: str, message: str, rest: str = "") -> str:
    phrase = _PHRASES.get(status, HTTPStatus(status).phrase)
    title = f"HTTP Status {status} – {phrase}"
    said = f"<p><b>Message</b> {_escaped(message)}</p>" if message else ""
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><style type="text/css">{_STYLE}</style></head>'
        f'<body><h1>{title}</h1><hr class="line" /><p><b>Type</b> {kind}</p>{said}'
        f"<p><b>Description</b> {_DESCRIPTIONS.get(status, '')}</p>{rest}"
        f'<hr class="line" /><h3>{_SERVER}</h3></body></html>'
    )
