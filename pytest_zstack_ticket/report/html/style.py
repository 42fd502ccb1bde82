"""The look of a page, and the policy that lets a browser load nothing else."""

from __future__ import annotations

import base64
import hashlib

from pytest_zstack_ticket.report.html.markup import Markup, element, joined

CSS = """
:root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#59636e;--line:#d5dae0;--link:#0757b8;
--passed:#1a7f42;--failed:#c4211d;--error:#8f1f9c;--inconclusive:#8a5a00;--untested:#59636e;--inapplicable:#616b75;
--mark:#ffe08a;--bar:#3b78c2}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1b2128;--ink:#e4e9ee;--soft:#9ba7b3;--line:#343c46;
--link:#7db7ff;--passed:#4cc27a;--failed:#ff7b72;--error:#dd8cea;--inconclusive:#e3b04b;--untested:#9ba7b3;
--inapplicable:#8f99a4;--mark:#5f4a00;--bar:#6ba4ea}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:72rem;padding:1.25rem;background:var(--bg);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",
"Noto Sans SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif}
h1{font-size:1.15rem;margin:0;color:var(--soft);font-weight:600}
h2{font-size:1.35rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
h4{font-size:.95rem;margin:1rem 0 .25rem;color:var(--soft)}
p{margin:.4rem 0}
a{color:var(--link)}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",
monospace}
code,.mono{font-size:.9em}
pre{margin:.25rem 0;padding:.6rem .75rem;background:var(--bg);border:1px solid var(--line);border-radius:6px;
font-size:.8rem;line-height:1.45;white-space:pre-wrap;overflow:auto;max-height:34rem}
.soft{color:var(--soft)}
.esc{font-style:normal;color:var(--failed);border-bottom:1px dotted}
mark{background:var(--mark);color:inherit;border-radius:2px;padding:0 1px}
.verdict{margin:.25rem 0 .5rem;padding:1rem 1.25rem;border-radius:10px;border:1px solid var(--line);
border-left:10px solid;background:var(--card)}
.verdict strong{display:block;font-size:2rem;line-height:1.25}
.verdict p{color:var(--ink)}
.verdict ul{margin:.5rem 0 0;padding-left:1.2rem;color:var(--ink)}
.passed{color:var(--passed)}.failed{color:var(--failed)}.error{color:var(--error)}
.inconclusive{color:var(--inconclusive)}.untested{color:var(--untested)}.inapplicable{color:var(--inapplicable)}
.is-passed{fill:var(--passed)}.is-failed{fill:var(--failed)}.is-error{fill:var(--error)}
.is-inconclusive{fill:var(--inconclusive)}.is-untested{fill:var(--untested)}.is-inapplicable{fill:var(--line)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.5rem 1.5rem;margin:1rem 0}
dl.column{grid-template-columns:1fr;gap:.3rem;margin:.5rem 0}
dl.column>div{display:grid;grid-template-columns:minmax(6.5rem,9rem) 1fr;gap:.75rem}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0}
table{border-collapse:collapse;margin:.75rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .8rem .25rem 0;text-align:right;font-weight:400;border-bottom:1px solid var(--line)}
th{white-space:nowrap}
th:first-child{text-align:left}
thead th{color:var(--soft);font-size:.85rem}
.wide{overflow-x:auto}
.told th,.told td{text-align:left;white-space:normal}
.charts{columns:26rem 2;column-gap:1rem;margin:1rem 0}
figure{margin:0 0 1rem;break-inside:avoid;padding:1rem;background:var(--card);border:1px solid var(--line);
border-radius:10px;min-width:0}
figcaption{font-weight:600;margin-bottom:.6rem}
svg{display:block;max-width:100%}
svg text{font-size:11px;fill:var(--soft)}
.bar{fill:var(--bar)}.axis{stroke:var(--line)}.mark{stroke:var(--soft);stroke-dasharray:3 3}
.row{display:grid;grid-template-columns:minmax(4.5rem,7rem) 1fr;gap:.25rem .75rem;align-items:center;margin:.35rem 0}
.row svg,.row>.soft{grid-column:2}
.row>.soft{font-size:.85rem}
.path{column-span:all;margin-top:1rem}.path>div{columns:26rem 2}
.path code{font-size:.84em}
.path .row{grid-template-columns:minmax(6rem,1fr) 252px;align-items:start;break-inside:avoid}
.cause{padding:.75rem 1rem;margin:.6rem 0;background:var(--card);border:1px solid var(--line);border-left:4px solid;
border-radius:6px}
.cause>*{color:var(--ink)}
.cause ul{margin:.3rem 0;padding-left:1.2rem}
.cause>.badge,.cause.failed .badge.failed{color:inherit}
.badge{white-space:nowrap;font-weight:600;font-size:.9rem}
details{margin:.35rem 0}
summary{cursor:pointer}
.requirement{border:1px solid var(--line);border-radius:6px;background:var(--card);content-visibility:auto;
contain-intrinsic-size:auto 3rem}
.requirement>summary{padding:.45rem .75rem;display:grid;grid-template-columns:7.5rem 9rem 1fr;gap:.25rem .75rem}
.requirement>summary::before{content:none}
.requirement>div{padding:0 1rem 1rem;border-top:1px solid var(--line)}
.requirement>summary:hover{background:var(--bg)}
.finding{margin:1rem 0 0;padding-top:.5rem;border-top:1px dashed var(--line)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.75rem}
.pair>div{min-width:0}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.75rem 0}
:target{outline:2px solid var(--link)}
@media (max-width:40rem){body{padding:.75rem;font-size:15px}.requirement>summary{grid-template-columns:1fr auto}
.requirement>summary>:last-child{grid-column:1/-1}dl.column>div{grid-template-columns:1fr;gap:0}
.path .row{grid-template-columns:1fr}.path .row svg,.path .row>.soft{grid-column:1}.verdict strong{font-size:1.6rem}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--link:#000;
--passed:#146c36;--failed:#b31412;--error:#7b1787;--inconclusive:#754c00;--untested:#555;--inapplicable:#777;
--mark:#ffe08a;--bar:#3b78c2}
*{print-color-adjust:exact}
@page{size:A4;margin:16mm 14mm}
body{padding:0;max-width:none;font-size:10pt}
h2,h3,h4,summary{break-after:avoid}
.verdict,figure,.cause,tr{break-inside:avoid}
.requirement{content-visibility:visible;border-width:0 0 1px}
.requirement::details-content{content-visibility:visible;display:block;block-size:auto}
.requirement:not([open])>div{border:0;padding-top:0}
pre{max-height:none;font-size:8pt}
nav,.screen{display:none}}
"""


def head(title: str) -> Markup:
    """Return the head: nothing is loaded, nothing runs, and the only style is the one above."""
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        # quotes of a policy are no danger inside double quotes, and an escaped policy reads badly
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="referrer", content="no-referrer"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", title),
        joined(Markup("<style>"), Markup(CSS), Markup("</style>")),
    )
