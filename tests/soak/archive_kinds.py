"""Hostile archives: a bundle packed in ways that no run packs one, or with contents that no run writes."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Files = dict[str, bytes]
Kind = Callable[[Path, Files], None]
KINDS: dict[str, Kind] = {}
"""Writes each archive from the files of an honest bundle, by what is odd about it."""
REPORT, EVIDENCE, ENVELOPE = "report.json", "evidence.jsonl.gz", "statement.dsse.json"
MANY = 400_000
EOCD, CENTRAL = b"PK\5\6", b"PK\1\2"


def kind(name: str) -> Callable[[Kind], Kind]:
    """Add a kind of archive under a name."""

    def add(make: Kind) -> Kind:
        KINDS[name] = make
        return make

    return add


def entry(name: str, mode: int = 0, **members: Any) -> zipfile.ZipInfo:
    """Return the header of an entry; `mode` is its kind of file."""
    one = zipfile.ZipInfo(name)
    one.external_attr = mode << 16
    one.compress_type = zipfile.ZIP_DEFLATED
    for key, value in members.items():
        setattr(one, key, value)
    return one


def pack(path: Path, files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> None:
    """Write a zip with entries in this order, also some that have one name."""
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, text in files:
            packed.writestr(name, text)


def raw(name: str, change: Callable[[bytes], bytes]) -> None:
    """Add a kind that is an honest zip with its bytes changed."""

    def make(path: Path, files: Files) -> None:
        pack(path, files.items())
        path.write_bytes(change(path.read_bytes()))

    KINDS[name] = make


def beside(name: str, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> None:
    """Add a kind with more entries beside the honest ones."""
    KINDS[name] = lambda path, files: pack(path, [*files.items(), *entries])


def instead(name: str, file: str, text: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
    """Add a kind in which one file has other bytes."""
    KINDS[name] = lambda path, files: pack(path, {**files, file: text(files[file])}.items(), method)


def evidence(name: str, change: Callable[[list[bytes]], Iterable[bytes]]) -> None:
    """Add a kind in which the lines of the evidence are others."""
    instead(name, EVIDENCE, lambda old: gzip.compress(b"".join(change(gzip.decompress(old).splitlines(keepends=True)))))


def report(name: str, change: Callable[[Any], Any]) -> None:
    """Add a kind in which the report has other values."""

    def text(old: bytes) -> bytes:
        value = json.loads(old)
        return json.dumps(change(value) or value).encode()

    instead(name, REPORT, text)


def patched(at: bytes, offset: int, value: bytes, *, last: bool = True) -> Callable[[bytes], bytes]:
    """Return a change that puts a value behind the last, or first, place of a signature."""

    def change(text: bytes) -> bytes:
        place = (text.rfind(at) if last else text.find(at)) + offset
        return text[:place] + value + text[place + len(value) :]

    return change


def _overlapping(text: bytes) -> bytes:
    """Let every entry of the directory point to the first file."""
    place = text.find(CENTRAL)
    while place >= 0:
        text = text[: place + 42] + b"\0\0\0\0" + text[place + 46 :]
        place = text.find(CENTRAL, place + 46)
    return text


# what a zip is made of
raw("empty file", lambda _: b"")
raw("text", lambda _: b"report.json\n" * 1000)
raw("cut in half", lambda text: text[: len(text) // 2])
raw("cut in its directory", lambda text: text[:-40])
raw("directory alone", lambda text: text[text.find(CENTRAL) :])
raw("end record alone", lambda text: text[text.rfind(EOCD) :])
raw("junk before", lambda text: b"\0" * (1 << 20) + text)
raw("junk behind", lambda text: text + b"x" * 1000)
raw("comment that looks like an end record", lambda text: text[:-2] + struct.pack("<H", 22) + text[-22:])
raw("directory beyond the file", patched(EOCD, 16, struct.pack("<I", 0x7FFFFFFF)))
raw("directory of four gigabytes", patched(EOCD, 12, struct.pack("<I", 0xFFFFFFFE)))
raw("zip64 that is not there", patched(EOCD, 8, b"\xff" * 12))
raw("encrypted", patched(CENTRAL, 8, struct.pack("<H", 1)))
raw("unknown compression", patched(CENTRAL, 10, struct.pack("<H", 99)))
raw("wrong checksum", patched(CENTRAL, 16, b"\1\2\3\4", last=False))
raw("smaller than stated", patched(CENTRAL, 24, struct.pack("<I", 0x7FFFFFFF), last=False))
raw("larger than stated", patched(CENTRAL, 24, struct.pack("<I", 3), last=False))
raw("no day and no month", patched(CENTRAL, 14, b"\0\0", last=False))
raw("all entries are one", _overlapping)
raw("extra field that is longer than it is", patched(CENTRAL, 30, struct.pack("<H", 0xFFF0)))
raw("headers that name other files", lambda text: text.replace(b"report.json", b"xeport.json", 1))
raw("a flipped bit in each block", lambda text: bytes(b ^ (i % 4096 == 100) for i, b in enumerate(text)))


# names and kinds of entries
beside("out of the folder", ("../outside", b"x"), ("a/../../outside", b"x"))
beside("absolute", ("/outside", b"x"))
beside("backslashes", ("..\\outside", b"x"), ("C:\\outside", b"x"))
beside("case twins", ("Report.json", b"{}"))
beside("composition twins", ("caf\u00e9", b"1"), ("cafe\u0301", b"2"))
beside("one name twice", (REPORT, b"{}"))
beside("another spelling", ("./report.json", b"{}"), ("x/../report.json", b"{}"))
beside("control characters", ("a\nb", b"x"), ("a\x1b[31mb", b"x"))
beside("right to left", ("\u202etxt.exe", b"x"))
beside("long name", ("n" * 60_000, b"x"))
beside("long part of a name", ("d/" + "n" * 300, b"x"))
beside("ten thousand folders deep", ("d/" * 10_000 + "x", b"x"))
beside("file and folder of one name", ("report.json/x", b"x"))
beside("folder in the place of the report", ("report.json/", b""))
beside("device names", ("con", b"x"), ("nul.json", b"x"), ("aux/x", b"x"))
beside("link", (entry("link", stat.S_IFLNK | 0o777), b"/etc/passwd"))
beside("linked folder", (entry("folder", stat.S_IFLNK | 0o777), b"/"), ("folder/etc", b"x"))
beside("device", (entry("device", stat.S_IFCHR | 0o666), b""))
beside("pipe", (entry("pipe", stat.S_IFIFO | 0o666), b""))
beside("ten thousand files", *((f"f/{number}", b"") for number in range(10_001)))
beside("nested zips", ("in.zip", b"PK\3\4" * 1000))
KINDS["linked report"] = lambda path, files: pack(
    path, [*((n, t) for n, t in files.items() if n != REPORT), (entry(REPORT, stat.S_IFLNK | 0o777), b"/etc/passwd")]
)
raw("names that are no text", lambda text: text.replace(b"report.html", b"repo\xff\xfe.html"))


@kind("four hundred thousand files")
def _many(path: Path, _files: Files) -> None:
    one = b"PK\1\2" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0)
    directory = b"".join(one + f"{number:07}".encode() for number in range(MANY))
    end = struct.pack("<4s4H2IH", EOCD, 0, 0, 0xFFFE, 0xFFFE, len(directory), 0, 0)
    path.write_bytes(directory + end)


# bombs
BLANKS = 1 << 28
KINDS["report of blanks"] = lambda path, files: _bomb(path, files, REPORT, b" " * (1 << 20), BLANKS)
KINDS["envelope of blanks"] = lambda path, files: _bomb(path, files, ENVELOPE, b" " * (1 << 20), BLANKS)
KINDS["evidence of zeros"] = lambda path, files: _bomb(path, files, EVIDENCE, b"\0" * (1 << 20), BLANKS)
KINDS["file of four gigabytes"] = lambda path, files: _bomb(path, files, "notes", b"\0" * (1 << 20), 1 << 32)
KINDS["report of one text"] = lambda path, files: _bomb(path, files, REPORT, b"x" * (1 << 20), BLANKS - 2, b'"', b'"')
KINDS["report of wide characters"] = lambda path, files: _bomb(
    path, files, REPORT, b"x" * (1 << 20), 1 << 26, '"\U0001f600'.encode(), b'"'
)


def _bomb(  # noqa: PLR0917 - one line a kind
    path: Path, files: Files, name: str, block: bytes, size: int, head: bytes = b"", tail: bytes = b""
) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for other, text in files.items():
            if other != name:
                packed.writestr(other, text)
        with packed.open(name, "w", force_zip64=True) as file:
            file.write(head)
            for _ in range(size // len(block)):
                file.write(block)
            file.write(tail)


instead("report packed with lzma, blanks", REPORT, lambda _: b" " * (1 << 26), zipfile.ZIP_LZMA)
instead("evidence packed with lzma, not gzip", EVIDENCE, lambda old: lzma.compress(gzip.decompress(old)))
instead("evidence that is gzip in gzip", EVIDENCE, gzip.compress)
instead("evidence packed to zeros", EVIDENCE, lambda _: gzip.compress(b"\0" * (1 << 28), compresslevel=1))
instead("evidence without an end", EVIDENCE, lambda old: old[: len(old) // 2])
evidence("newlines", lambda lines: [*lines[:1], b"\n" * (1 << 26)])
evidence("a million empty objects", lambda lines: [*lines[:1], b"{}\n" * 1_000_000])
evidence("a million observations", lambda lines: [*lines[:1], _observation() * 1_000_000])
evidence(
    "line of sixty megabytes", lambda lines: [*lines[:1], b'{"type":"observation","id":"' + b"x" * 60_000_000 + b'"}\n']
)
evidence("line that is nested deeply", lambda lines: [*lines[:1], b"[" * 1_000_000 + b"]" * 1_000_000 + b"\n"])
evidence("lines that are no objects", lambda lines: [*lines[:1], b"null\n", b"[]\n", b'"x"\n'])
evidence(
    "values that are no numbers",
    lambda lines: [*lines[:1], *(one.replace(b'"elapsed":', b'"elapsed":NaN,"x":') for one in lines[1:])],
)
evidence("half surrogates", lambda lines: [one.replace(b'"body":"', b'"body":"\\ud800') for one in lines])
evidence("lines in UTF-16", lambda lines: [b"".join(lines).decode().encode("utf-16")])
evidence(
    "numbers of ten thousand digits",
    lambda lines: [one.replace(b'"status":', b'"status":1' + b"0" * 10_000) for one in lines],
)
evidence("every line twice", lambda lines: [one for line in lines for one in (line, line)])


def _observation() -> bytes:
    return b'{"type":"observation","id":"a","value":0,"exchanges":[]}\n'


# contents of the report
for text in (b"", b"null", b"[]", b"0", b'"x"', b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"NaN", b"1e999", b"[" * 100_000):
    instead(f"report {text[:6]!r}", REPORT, lambda _, text=text: text)
instead("report with a half surrogate", REPORT, lambda old: old.replace(b'"en": "', b'"en": "\\ud800'))
instead("report with one key twice", REPORT, lambda old: old.replace(b'"run": {', b'"run": {"id": "x", ', 1))
instead("report in UTF-16", REPORT, lambda old: old.decode().encode("utf-16"))
instead(
    "report with numbers of ten thousand digits",
    REPORT,
    lambda old: old.replace(b'"count": ', b'"count": 1' + b"0" * 10_000),
)
instead("report of two million lists", REPORT, lambda _: b"[" + b"[]," * 1_999_990 + b"[]]")
report(
    "a text of a megabyte in each row",
    lambda value: [row["text"].update(en="x" * 1_000_000) for row in value["requirements"][:30]] and value,
)
report("a hundred thousand rows", lambda value: value.update(requirements=value["requirements"][:1] * 20_000))
report("evidence elsewhere", lambda value: value["evidence"].update(file="../../etc/passwd"))


def wrong_types(value: Any, number: int) -> Any:
    """Put a value of another type in one of the places of a report, a different one for each number."""
    places = list(_places(value))
    holder, key = places[number * 7919 % len(places)]
    holder[key] = [None, True, -1, 1e308, "x", [], {}, [[]]][number % 8]
    return value


def _places(value: Any) -> Iterable[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield value, key
        yield from _places(below)


for n in range(16):
    report(f"value of another type, {n}", lambda value, n=n: wrong_types(value, n))


def files_of(folder: Path) -> Files:
    """Read the files of a bundle."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def honest(path: Path, files: Files) -> None:
    """Write the bundle as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    path.write_bytes(buffer.getvalue())
