"""Completion: real shells are asked what comes next."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_zstack_ticket.cli.completion import SHELLS
from pytest_zstack_ticket.cli.main import main

ASK = {
    "bash": """source <(zstack-ticket completion bash)
COMP_LINE=$LINE; COMP_POINT=${#LINE}; COMP_TYPE=9
read -ra COMP_WORDS <<< "$LINE"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_python_argcomplete zstack-ticket "${COMP_WORDS[-1]}" ""
printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """autoload -Uz is-at-least; compdef() { :; }; _describe() { print -l -- $completions }
source <(zstack-ticket completion zsh)
BUFFER=$LINE; CURSOR=${#LINE}; words=(${(z)LINE})
_python_argcomplete
""",
    "fish": 'zstack-ticket completion fish | source; complete --do-complete "$LINE"',
}
"""What each shell does when the tabulator is pressed after $LINE."""
BARE = {"bash": ["--noprofile", "--norc"], "zsh": ["-f"], "fish": ["--no-config"]}


def completions(shell: str, line: str) -> list[str]:
    """Ask a shell what may come next."""
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"there is no {shell} here")
    environment = {**os.environ, "LINE": line, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [path, *BARE[shell], "-c", ASK[shell]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [word.split("\t")[0].split(":")[0].strip() for word in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_and_their_options(shell: str) -> None:
    pytest.importorskip("argcomplete")
    assert completions(shell, "zstack-ticket sim") == ["simulate"]
    assert completions(shell, "zstack-ticket doctor --try") == ["--try-ticket"]
    assert completions(shell, "zstack-ticket init --ci gi") == ["github", "gitlab"]


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert main(["completion", "bash"]) == 4
    assert "pip install 'pytest-zstack-ticket[completion]'" in capsys.readouterr().err
