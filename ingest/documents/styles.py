"""What a browser would not show: elements hidden by attribute, by style, or by a simple rule of a style sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.documents.colours import alike, from_hex

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,4000})\}")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?")
_SPACE = re.compile(r"\s+")
_SIZE = r"(?:0*1|0*(?:\.[0-9]+)?)(?:px|pt|em|rem|%)?(?:;|$|!)"
_HIDES = re.compile(
    r"(?:^|;)(?:display:none|(?:content-)?visibility:(?:hidden|collapse)|opacity:0*(?:\.0[0-9]*)?%?(?:;|$|!)|"
    r"scale:0(?:;|$|!)|transform:translate(?:x|y|3d)?\([^)]{0,20}-[0-9]{3}|filter:opacity\(0|clip-path:circle\(0|"
    r"color:#(?:[0-9a-f]{3}0|[0-9a-f]{6}00)(?:;|$|!)|color:(?:rgb|hsl)a?\([^)]{0,30}/0*(?:\.0[0-9]*)?%?\)|"
    rf"font-size:{_SIZE}|font:[^;]{{0,40}}\b0(?:px|pt)|text-indent:-[0-9]{{3}}|(?:left|right|top|bottom|margin(?:-left|-top)?):-[0-9]{{4}}|"
    r"clip:rect\(0|clip:rect\(1px|clip-path:inset\((?:50|100)%|transform:scale\(0[,)]|color:transparent|color:rgba\([^)]*,0\))"
)
_FLAT = re.compile(r"(?:^|;)(?:max-)?(?:width|height):[01](?:px|pt|em)?(?:;|$|!)")
_CUT = re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)")
_COLOR = re.compile(r"(?:^|;)color:([^;!]{1,40})")
_GROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,60})")
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})")
_HSL = re.compile(r"hsla?\([^,)]{1,20},[^,)]{1,20},(0|100)%")
_BETWEEN = re.compile(r"(?<=[0-9%])\s+(?=[0-9])")
_RGB = re.compile(r"rgba?\(([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3})")
_NAMES = {"white": "ffffff", "black": "000000"}


@dataclass(frozen=True, slots=True)
class Look:
    """What an element inherits: whether it is hidden, its text colour and its ground, as six hex digits."""

    hidden: bool = False
    color: str = "000000"
    ground: str = "ffffff"


@dataclass(slots=True)
class Sheet:
    """The rules of a page's style sheets that name one tag, class or id; others are not followed."""

    rules: dict[str, str] = field(default_factory=dict)

    def add(self, css: str) -> None:
        """Take in one style sheet."""
        for selectors, body in _RULE.findall(_COMMENT.sub(" ", css)):
            for selector in selectors.rpartition(";")[2].split(","):
                name = selector.strip().lower()
                if name and _SIMPLE.fullmatch(name):
                    self.rules[name] = f"{self.rules.get(name, '')};{_bare(body)}"[-4000:]

    def style(self, tag: str, attributes: Mapping[str, str]) -> str:
        """Return all that the rules and the element's own attributes say, as one bare declaration list."""
        names = [f".{name.lower()}" for name in attributes.get("class", "")[:1000].split()[:50]]
        names += [f"#{attributes['id'].strip().lower()}"] if attributes.get("id") else []
        keys = [tag, *(form for name in names for form in (name, tag + name))] if self.rules else []
        own = _bare(attributes.get("style", "")[:4000])
        color = f"color:{_bare(attributes['color'])};" if tag == "font" and "color" in attributes else ""
        ground = f"background:{_bare(attributes['bgcolor'])};" if "bgcolor" in attributes else ""
        return f"{color}{ground}{';'.join(self.rules[key] for key in keys if key in self.rules)};{own}"

    def look(self, tag: str, attributes: Mapping[str, str], around: Look) -> Look:
        """Return how an element looks within ``around``."""
        closed = tag == "dialog" and "open" not in attributes
        if around.hidden or closed or "hidden" in attributes:
            return Look(True)
        if tag == "input" and attributes.get("type", "") == "hidden":
            return Look(True)
        style = self.style(tag, attributes)
        if style == ";":
            return around
        if _HIDES.search(style) or (_FLAT.search(style) and _CUT.search(style)):
            return Look(True)
        color, ground = _last(_COLOR, style) or around.color, _last(_GROUND, style) or around.ground
        return Look(_alike(color, ground), color, ground)


def _bare(css: str) -> str:
    return _SPACE.sub("", _BETWEEN.sub(",", _COMMENT.sub("", css))).lower()


def _alike(color: str, ground: str) -> bool:
    """Whether two colours cannot be told apart; names that are not known are compared as they stand."""
    one, other = from_hex(color), from_hex(ground)
    return alike(one, other) if one and other else color == ground


def _last(pattern: re.Pattern[str], style: str) -> str:
    """Return the last colour that ``style`` sets with ``pattern``, empty for none that can be told."""
    found = pattern.findall(style)
    return _hex(found[-1]) if found else ""


def _hex(value: str) -> str:
    if code := _HEX.search(value):
        return code[1] if len(code[1]) == 6 else "".join(2 * digit for digit in code[1])
    if parts := _RGB.search(value):
        return "".join(f"{min(255, int(part)):02x}" for part in parts.groups())
    if light := _HSL.search(value):
        return "ffffff" if light[1] == "100" else "000000"
    return _NAMES.get(value, value if value.isalpha() else "")


_ELEMENT = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})([^<>]{0,2000})(>?)")
_ATTRIBUTE = re.compile(
    r"([A-Za-z][\w-]{0,40})(?:\s{0,5}=\s{0,5}(?:\"([^\"]{0,1000})\"|'([^']{0,1000})'|([^\s\"'>]{1,1000})))?"
)
_NEVER_SHOWN = frozenset({"noscript", "script", "style", "template", "title", "iframe", "object"})
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track"}
)


class Concealment:
    """Follows pieces of HTML within another text: ``on`` while an element is open that shows nothing."""

    def __init__(self) -> None:
        self._sheet = Sheet()
        self._open = ""
        self._depth = 0

    @property
    def on(self) -> bool:
        """Whether what comes now is not shown."""
        return self._depth > 0

    def follow(self, html: str) -> bool:
        """Go through the tags of one piece; return whether it hides anything or says what nobody sees."""
        hides = html.lstrip().startswith(("<!", "<?"))
        for close, name, rest, _ in _ELEMENT.findall(html):
            tag = name.lower()
            if self._depth:
                nested = tag == self._open and not rest.endswith("/")
                self._depth += (-1 if close else 1) if nested else 0
            elif not close and self._hides(tag, rest):
                hides = True
                self._open, self._depth = tag, int(tag not in _VOID and not rest.endswith("/"))
        return hides

    def _hides(self, tag: str, rest: str) -> bool:
        attributes = {name.lower(): one or two or bare for name, one, two, bare in _ATTRIBUTE.findall(rest)}
        return tag in _NEVER_SHOWN or self._sheet.look(tag, attributes, Look()).hidden
