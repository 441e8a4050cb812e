"""What must not be written in the tree, as a table: pattern, where it is looked for, where it may stand.

Patterns and examples are spelled so that this file does not break its own rules.
"""

import re
from dataclasses import dataclass, field

import pytest

from tests.rules.tree import SourceFile, files

TEMPLATES = ("src/*.html", "src/*.jinja", "src/*.j2")


@dataclass(frozen=True)
class Rule:
    """`allowed` maps a path, or a folder ending in a slash, to the reason why the pattern may stand there."""

    name: str
    pattern: str
    example: str
    where: tuple[str, ...] = ("*",)
    allowed: dict[str, str] = field(default_factory=dict)

    @property
    def expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.MULTILINE)

    def may_stand_in(self, path: str) -> bool:
        return any(
            path == place or (place.endswith("/") and path.startswith(place)) for place in self.allowed
        )

    def broken_by(self, file: SourceFile) -> list[str]:
        return [
            f"{file.path}:{file.line_of(found.start())}: {found.group(0).strip()[:80]}"
            for found in self.expression.finditer(file.text)
        ]


RULES = [
    Rule(
        "no host of a package registry or of a public file mirror",
        r"(?i)\b(py[p]i\.org|pythonh[o]sted\.|registry\.np[m]js|np[m]js\.com|jsdel[i]vr|unpk[g]\.com|cdnj[s]\."
        r"|deb\.deb[i]an\.org|(fonts|ajax)\.googlea[p]is)",
        "https://py" + "pi.org/simple",
    ),
    Rule(
        "no path of somebody's machine",
        r"(^|[^A-Za-z0-9_.])(/(wor[k]|far[m]|roo[t]|tm[p]/t|tm[p]/bash_jobs)/|/hom[e]/[a-z]|/User[s]/[A-Za-z]|[C-E]:\\User[s])",
        "see /wor" + "k/main/README.md",
    ),
    Rule(
        "no unfinished business",
        r"\b(TOD[O]|FIXM[E]|XX[X])\b|(?i:\bcoming\s+soo[n]\b|\blore[m]\s+ipsum\b|\bnot\s+yet\s+implemente[d]\b)",
        "# TO" + "DO: later",
    ),
    Rule(
        "the clock is read in core/time.py only",
        r"\b(datetime|dt)\.(now|today|utcno[w])\(|\butcno[w]\b|\btime\.tim[e](_ns)?\(|\bdate\.toda[y]\(",
        "datetime.now" + "(UTC)",
        where=("src/*.py",),
        allowed={"src/duecare/core/time.py": "it is the one place"},
    ),
    Rule(
        "no test waits on the real clock",
        r"\b(time|asyncio)\.slee[p]\((?!0[,)])|\bfrom time import .*\bslee[p]\b|\bwait_for_timeou[t]\(",
        "time.sle" + "ep(1)",
        where=("tests/*.py",),
        allowed={"tests/system/": "waits for other processes, with a deadline"},
    ),
    Rule(
        "a commit is made by the unit of work only",
        r"\.commi[t]\(\)",
        "session.comm" + "it()",
        where=("src/*.py",),
        allowed={"src/duecare/core/db.py": "it is the unit of work"},
    ),
    Rule(
        "no style attribute or style element in a template",
        r"(?i)<[^<>]*\sstyl[e]\s*=|<styl[e]\b",
        '<p style="color: red">',
        where=TEMPLATES,
    ),
    Rule(
        "no script body in a template (data in application/json is not run)",
        r"(?i)<scrip[t]\b(?![^>]*\bsrc\s*=)(?![^>]*\btype\s*=\s*[\"']application/json)|javascrip[t]:",
        "<script>alert(1)</script>",
        where=TEMPLATES,
    ),
    Rule(
        "no event attribute in a template",
        r"(?i)<[^<>]*\son[a-z]+\s*=",
        '<button onclick="send()">',
        where=TEMPLATES,
    ),
    Rule(
        "no address of another site that a page would load",
        r"(?i)<(scrip[t]|link|img|iframe|source|audio|video|object|embed)\b[^<>]*\b(src|href|data)\s*=\s*[\"']?(https?:)?//",
        '<img src="https://example.org/a.png">',
        where=TEMPLATES,
    ),
]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each_rule
def test_the_tree_keeps(rule):
    looked_at = [file for file in files(*rule.where) if not rule.may_stand_in(file.path)]
    broken = [line for file in looked_at for line in rule.broken_by(file)]
    assert not broken, "\n".join(broken)


@each_rule
def test_the_rule_bites(rule):
    assert rule.broken_by(SourceFile("example", rule.example))


@pytest.mark.parametrize(
    "harmless",
    [
        '<script src="/static/list.js" nonce="n"></script>',
        '<script type="application/json" id="columns">[]</script>',
        '<link rel="stylesheet" href="/static/app.css">',
        '<option value="on" selected>on = yes</option>',
        '<a href="https://example.org">the office</a>',
    ],
)
def test_a_template_may_say(harmless):
    template = SourceFile("example.html", harmless)
    assert not [line for rule in RULES if rule.where is TEMPLATES for line in rule.broken_by(template)]
