"""Run a command on a terminal of a given size, and take apart what it wrote there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

PAINT = re.compile("\x1bD\x1bM\x1b7\x1b\\[1B\r\x1b\\[2K([^\x1b]*)\x1b8")
CLEAR = "\x1b7\x1b[1B\r\x1b[2K\x1b8"


def on_terminal(command: list[str], *, cwd: Path, columns: int = 80, **environment: str) -> tuple[int, str]:
    """Return exit status and all that a command wrote to a terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {**os.environ, "TERM": "xterm", "CI": "", "LC_ALL": "C.UTF-8", **environment}
    variables.pop("COLUMNS", None)
    process = subprocess.Popen(command, cwd=cwd, stdin=slave, stdout=slave, stderr=slave, env=variables)
    os.close(slave)
    written = bytearray()
    while True:
        try:
            block = os.read(master, 1 << 16)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not block:
            break
        written += block
    os.close(master)
    return process.wait(), written.decode("utf-8", "replace").replace("\r\n", "\n")


def painted(written: str) -> list[str]:
    """Return every status line that was painted."""
    return PAINT.findall(written)


def without_paint(written: str) -> str:
    """Return what is left on the terminal once every status line was taken away."""
    return PAINT.sub("", written).replace(CLEAR, "")
