"""The causes of a run on a terminal: one card for each, what it explains, and why others have no verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.report.grouping import Causes, Group, OpenReason
from pytest_zstack_ticket.report.request_files import body_file
from pytest_zstack_ticket.report.text.columns import pad, shortened, visible, wrapped
from pytest_zstack_ticket.report.text.finding_card import COLUMNS, LABEL_COLUMNS, FindingCards
from pytest_zstack_ticket.verdicts.tally import LEFT_OPEN

MOST_CARDS = 3
MOST_TITLES = 12
MOST_REASONS = 12
MOST_IDS = 4
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesText:
    """Writes causes; `folder` is where the files of the report lie, empty if there are none to refer to."""

    cards: FindingCards
    folder: str
    verbose: bool

    def groups(self, causes: Causes) -> Iterator[tuple[str, bool]]:
        """Write each cause as lines, and say of each line whether it is a title; most have no card without -v."""
        shown = causes.groups if self.verbose else causes.groups[:MOST_CARDS]
        for group in shown:
            yield "", False
            yield from ((line, True) for line in self.title(group.root))
            yield from ((line, False) for line in self._body(group))
        more = causes.groups[len(shown) :]
        if more:
            yield "", False
            yield self._say("more-causes", count=len(more)), False
            yield from ((shortened(self._title(one.root), COLUMNS), False) for one in more[:MOST_TITLES])
            if len(more) > MOST_TITLES:
                yield f"… ({len(more) - MOST_TITLES})", False

    def title(self, row: Row) -> list[str]:
        """Write what failed."""
        return wrapped(self._title(row), COLUMNS)

    def _title(self, row: Row) -> str:
        level = self.cards.translations.word(row["level"], self.cards.lang)
        return self._say("card-title", id=row["id"], level=level, text=visible(row["text"][self.cards.lang]))

    def _body(self, group: Group) -> list[str]:
        finding = group.root["findings"][-1]
        named = body_file(group.root) if self.folder else None
        path = f"{self.folder}/{named[0]}" if named else ""
        explains = self._explains(group)
        if self.verbose:
            return [*explains, *self.cards.full(finding, group.root)[len(self.title(group.root)) :]]
        return [*explains, *self.cards.compact(finding, group.root, body_file=path)]

    def _explains(self, group: Group) -> list[str]:
        if not group.explained:
            return []
        parts = {"same": group.same, "blocked": group.blocked, "open": group.open}
        counted = [self._say(f"explained-{name}", count=len(rows)) for name, rows in parts.items() if rows]
        text = self._say(
            "explained",
            count=len(group.explained),
            parts=self._say("comma").join(counted),
            ids=self._ids(group.explained),
        )
        lines = wrapped(text, COLUMNS - LABEL_COLUMNS - 2)
        label = self._say("explains")
        return [f"  {pad('' if number else label, LABEL_COLUMNS)}{line}" for number, line in enumerate(lines)]

    def reasons(self, causes: Causes) -> list[str]:
        """Write why requirements have no verdict, by cause; for what a target cannot do that is listed with -v only."""
        wanted = [
            one
            for one in causes.reasons
            if self.verbose or one.verdict != "inapplicable" or one.reason["key"] in LEFT_OPEN
        ]
        lines = [part for one in wanted[:MOST_REASONS] for part in wrapped(self._reason(one), COLUMNS)]
        return lines + ([f"… ({len(wanted) - MOST_REASONS})"] if len(wanted) > MOST_REASONS else [])

    def _reason(self, one: OpenReason) -> str:
        word = self.cards.translations.word(one.verdict, self.cards.lang)
        why = self._say("reason-line", word=word, text=visible(one.reason[self.cards.lang]))
        return self._say("reason-of", reason=why, ids=self._ids(one.rows))

    def _ids(self, rows: Sequence[Row]) -> str:
        comma = self._say("comma")
        ids = [row["id"] for row in rows]
        if self.verbose or len(ids) <= MOST_IDS + 2:
            return comma.join(ids)
        return self._say("and-more", ids=comma.join(ids[:MOST_IDS]), count=len(ids))

    def _say(self, key: str, **parameters: object) -> str:
        return self.cards.translations.say(key, self.cards.lang, **parameters)
