"""Make the links of README.md absolute, for a package index shows it without the files beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?://|#|mailto:)([^)\s]+)\)")


class Readme(MetadataHookInterface):
    """Gives the project its README, with links into the repository that `[project.urls]` names."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the text that an index shows."""
        home = metadata["urls"]["Homepage"]
        text = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, home)}


def absolute(text: str, home: str) -> str:
    """Return a Markdown text whose relative links lead to pages of a repository, and its images to their files."""
    return _LINK.sub(lambda link: f"{link[1]}[{link[2]}]({home}/{'raw' if link[1] else 'blob'}/main/{link[3]})", text)
