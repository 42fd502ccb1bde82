"""Messages about a signed bundle: its claims, and the reasons to reject it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pytest_zstack_ticket.certify.advisories import Advised
from pytest_zstack_ticket.certify.held_members import unheld
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.statement import stamp
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.text.columns import shortened, visible
from pytest_zstack_ticket.report.text.execution_text import account_text, addopts_text, options_text, plugins_text
from pytest_zstack_ticket.report.text.headline import headline, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_line
from pytest_zstack_ticket.report.text.translations import LANGUAGES, Translations

if TYPE_CHECKING:
    from pytest_zstack_ticket.certify.key_set import SignedAt
    from pytest_zstack_ticket.certify.logged import Logged
    from pytest_zstack_ticket.certify.witness_comparison import Comparison

MOST_NAMED = 8
CLOCKS = 3600
"""Seconds by which the clocks of a target and of a run may differ without a word about it."""
MAX_QUOTED_COLUMNS = 300
"""Columns that are shown of a text from the bundle."""


def rejection_text(rejection: Rejection, translations: Translations, lang: str) -> str:
    """Return a reason as one sentence."""
    words = translations.catalogues[lang]["certificate"]
    return words[f"reject-{rejection.reason}"].format(where=_shown(rejection.where))


def rejections_to_json(rejections: Iterable[Rejection], translations: Translations) -> list[JsonObject]:
    """Return reasons with their sentences in every language."""
    return [
        {
            "reason": one.reason,
            "where": _shown(one.where),
            **{lang: rejection_text(one, translations, lang) for lang in LANGUAGES},
        }
        for one in rejections
    ]


def rejection_lines(rejections: Iterable[Rejection], translations: Translations, lang: str) -> list[str]:
    """Return one line for each reason."""
    word = translations.catalogues[lang]["certificate"]["rejected"]
    return [word.format(reason=one.reason, rejection=rejection_text(one, translations, lang)) for one in rejections]


def advised_lines(found: Iterable[Advised], translations: Translations, lang: str) -> list[str]:
    """Return one line for each requirement that an advisory casts doubt on."""
    words = translations.catalogues[lang]["certificate"]
    return [
        words[f"advised-{one.effect}"]
        .format(
            id=_shown(one.requirement),
            verdict=translations.word(one.verdict, lang),
            advisory=_shown(one.advisory),
            text=_shown(one.text[lang]),
            link=_shown(one.link),
        )
        .rstrip()
        for one in found
    ]


def uncompared_lines(names: Sequence[str], translations: Translations, lang: str) -> list[str]:
    """Name the files that no command made of the report, in one line; none if there are none."""
    return _naming("uncompared", names, translations, lang)


def silent_lines(names: Sequence[str], translations: Translations, lang: str) -> list[str]:
    """Name the requirements of which a test left no example, in one line; none if there are none."""
    return _naming("silent", names, translations, lang)


def _naming(key: str, names: Sequence[str], translations: Translations, lang: str) -> list[str]:
    words = translations.catalogues[lang]["certificate"]
    shown = [*map(_shown, names[:MOST_NAMED]), *([f"… ({len(names)})"] if len(names) > MOST_NAMED else [])]
    return [words[key].format(names=", ".join(shown))] if names else []


def unheld_lines(translations: Translations, lang: str) -> list[str]:
    """Name the members of a report that nothing but the run vouches for, in one line: those of one object together."""
    words = translations.catalogues[lang]["certificate"]
    found: dict[str, list[str]] = {}
    for path in unheld():
        holder, _, name = path.rpartition(".")
        found.setdefault(holder, []).append(name)
    shown = [f"{holder} ({', '.join(names)})" if holder else ", ".join(names) for holder, names in found.items()]
    return [words["unheld"].format(names=", ".join(shown))]


def witness_claims(found: Comparison) -> dict[str, int | str]:
    """Return the counts of a comparison with the record of a witness, its target, and who signed it."""
    counts = ("exchanges", "seen", "unanswered", "hooks", "repeated", "probes", "beside")
    return {
        **{name: int(getattr(found, name)) for name in counts},
        "target": _shown(found.target),
        "keyid": found.keyid,
    }


def logged_claims(found: Logged) -> dict[str, int | str | None]:
    """Return where a log has a signature: place in its tree, and index over all trees and time if it signed them."""
    return {
        "origin": _shown(found.origin),
        "index": found.index,
        "size": found.size,
        "log-index": found.log_index,
        "time": stamp(found.moment) if found.moment else None,
        "keyid": found.keyid,
    }


def logged_lines(at: SignedAt, translations: Translations, lang: str) -> list[str]:
    """Say in one line where a log has a signature, or that an entry was not checked; none without an entry."""
    words = translations.catalogues[lang]["certificate"]
    if at.logged is None:
        return [words["log-unchecked"]] if at.has_entry else []
    found = logged_claims(at.logged)
    key = "logged" if found["time"] else "logged-untimed"
    return [words[key].format(**found)]


def claim_lines(summary: JsonObject, translations: Translations, lang: str) -> list[str]:
    """Return the claims of a statement, the verdict and its restrictions first."""
    words = translations.catalogues[lang]["certificate"]
    values = _values(summary, translations, lang)
    limits = [left_out_line(summary, translations, lang), *narrowed(summary, translations, lang)]
    first = [words["line-verdict"].format(**values), *filter(None, limits)]
    keys = (
        "number",
        "clock",
        "no-clock",
        "inputs",
        "policy",
        "no-policy",
        "residue",
        "target",
        "tls",
        "run",
        "account",
        "started",
        "plugins",
        "suite",
        "valid",
        "nonce",
        "files",
    )
    said = {"residue": summary["residue"], "nonce": summary["nonce"], "tls": values["tls"], "suite": values["digest"]}
    said |= {key: summary.get("execution") for key in ("account", "started", "plugins")}
    said |= {"clock": abs(values["seconds"]) > CLOCKS, "no-clock": _without_dates(summary)}
    said |= {"policy": summary["policy"], "no-policy": not summary["policy"]}
    waived = [
        words["line-waiver"].format(**{key: _shown(value) for key, value in one.items()})
        for one in summary["waivers"]["used"]
    ]
    return first + [words[f"line-{key}"].format(**values) for key in keys if said.get(key, True)] + waived


def _without_dates(summary: JsonObject) -> bool:
    """Tell whether no answer says what time it is: then the times of a run are its own word."""
    target = (summary.get("environment") or {}).get("target")
    return target is not None and target.get("clock") is None


def _values(summary: JsonObject, translations: Translations, lang: str) -> JsonObject:
    """Return what the lines about a statement show of it."""
    return {
        "verdict": headline(summary, translations, lang),
        "result": summary["result"],
        "seconds": ((summary.get("environment") or {}).get("target") or {}).get("clock") or 0,
        **_execution(summary),
        **summary["coverage"]["inputs"],
        "policy": _policy(summary["policy"]),
        "left": summary["residue"],
        "url": _shown(summary["target"]["url"]),
        "kind": translations.word(summary["target"]["kind"], lang),
        "oldest": _shown(summary["target"]["release"].get("oldest", "")),
        "newest": _shown(summary["target"]["release"].get("newest", "")),
        "profile": _shown(summary["profile"]["name"]),
        "run": summary["run"]["id"],
        "started": _shown(summary["run"]["started"]),
        "effort": _shown(summary["run"]["effort"]),
        "seed": summary["run"]["seed"],
        "suite": _shown(summary["suite"]["version"]),
        "since": summary["validity"]["notBefore"],
        "until": summary["validity"]["notAfter"],
        "nonce": summary["nonce"],
        "number": summary["number"],
        **(summary.get("nonce-use") or {"creates": 0, "carrying": 0}),
        "files": summary["files"],
        "lines": summary["evidence"]["size"],
        "tls": ", ".join(map(_shown, summary["target"].get("tls", ()))),
        "digest": _shown(summary["suite"].get("digest", "")),
        "versions": _versions(summary.get("installed")),
    }


def _execution(summary: JsonObject) -> JsonObject:
    """Return how the run was started, from a statement that says it."""
    started = summary.get("execution")
    return {
        "account": _shown(account_text(started)),
        "version": _shown(summary["target"].get("version") or "-"),
        "options": _shown(options_text(started)),
        "addopts": _shown(addopts_text(started)) or "-",
        "plugins": _shown(plugins_text(started)) or "-",
    }


def _policy(policy: JsonObject | None) -> str:
    return f"{_shown(policy['name'])} ({_shown(policy['digest'])})" if policy else ""


def _versions(installed: JsonObject | None) -> str:
    versions = (installed or {}).get("versions", {})
    return ", ".join(f"{_shown(name)} {_shown(number)}" for name, number in sorted(versions.items()))


def _shown(text: str) -> str:
    return shortened(visible(str(text)), MAX_QUOTED_COLUMNS)
