"""Typesetting with typst and the fonts at hand; only this module knows typst."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.model.errors import UsageError

if TYPE_CHECKING:
    from typst import Fonts

PDF_STANDARD = "a-3a"
"""PDF/A-3, level A: kept for years, tagged, with files attached; it refuses characters that no font has."""
FONT_PACKAGE = "noto_cjk_sans_otc"
CHINESE_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "SimSun",
    "Droid Sans Fallback",
)
"""Families that are used where they are installed, the best first."""
TYPST_FAMILIES = ("DejaVu Sans Mono", "Libertinus Serif")
"""Families that typst has built in."""
_WITHOUT_GLYPH = re.compile(r'the text `"(.*?)"` ', re.DOTALL)
_CODE_POINT = re.compile(r"\\u\{([0-9a-f]+)\}")
_EVERY_CHARACTER = b'#set document(title: "characters")\n#for one in sys.inputs.characters.codepoints() [#one ]\n'


class Typesetter:
    """Sets documents with the fonts of a folder, else of the package that the extra brings, else of this machine."""

    def __init__(self, fonts: Path | None = None) -> None:
        if find_spec("typst") is None:
            raise UsageError("A PDF needs typst: pip install 'pytest-zstack-ticket[pdf]'.")
        import typst  # noqa: PLC0415 - it is an extra

        if fonts is not None and not fonts.is_dir():
            raise UsageError(f"--font-path: {fonts} is not a folder. Name a folder that holds font files.")
        packaged = find_spec(FONT_PACKAGE)
        folders = [fonts] if fonts else []
        own = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders)).families()
        folders += [Path(place) for place in (packaged and packaged.submodule_search_locations) or ()]
        # fonts of the machine would make other bytes on another one, so they are the last resort
        self._fonts: Fonts = typst.Fonts(include_system_fonts=not folders, font_paths=list(folders))
        known = set(self._fonts.families())
        self._families = [*own, *(one for one in CHINESE_FAMILIES if one in known and one not in own), *TYPST_FAMILIES]
        self._compile: Any = typst.compile
        self._error: type[Exception] = typst.TypstError

    def without_glyph(self, characters: str) -> frozenset[str]:
        """Find the characters that no font has."""
        try:
            self._compile(
                _EVERY_CHARACTER,
                font_paths=self._fonts,
                pdf_standards=[PDF_STANDARD],
                sys_inputs={"characters": characters},
            )
        except self._error as error:
            found = _WITHOUT_GLYPH.findall(str(error.diagnostic))  # type: ignore[attr-defined] # typst's has it
            return frozenset("".join(_CODE_POINT.sub(lambda code: chr(int(code[1], 16)), one) for one in found))
        return frozenset()

    def typeset(self, template: bytes, inputs: Mapping[str, str], *, moment: int) -> bytes:
        """Make a PDF; what `inputs` holds is data, whatever it says. The same input and fonts give the same bytes."""
        families: Sequence[str] = self._families
        values = {**inputs, "families": json.dumps(families)}
        try:
            pdf: bytes = self._compile(
                template, font_paths=self._fonts, pdf_standards=[PDF_STANDARD], sys_inputs=values, timestamp=moment
            )
        except self._error as error:
            raise UsageError(f"typst cannot set this report: {error}.") from error
        return pdf
