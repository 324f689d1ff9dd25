r"""Symbols as a browser shows them: `$\lambda_{\max}$` as λ with a small "max".

Symbols come from files: nothing but <sub> and <sup> comes out, everything else is escaped.
"""

import html
import re

from phasemap.model.text.plain_symbols import NAMES

_TOKEN = re.compile(r"\\([A-Za-z]+) ?|\\(.)|([_^])|([{}])|(.)", re.DOTALL)


def as_html(text: str) -> str:
    """Text with formulas between dollar signs as HTML."""
    parts = re.split(r"(?<!\\)\$", text)
    if len(parts) % 2 == 0:  # a lone dollar sign is no formula
        return html.escape(text)
    return "".join(_formula(part) if k % 2 else html.escape(part.replace("\\$", "$")) for k, part in enumerate(parts))


def as_words(text: str) -> str:
    """The same without any mark-up, for titles, labels of a screen reader and the like."""
    return html.unescape(re.sub(r"</?(sub|sup|i)>", "", as_html(text)))


def _formula(source: str) -> str:
    """One formula: names as letters, _ and ^ as small letters below and above."""
    out: list[str] = []
    closing: list[str] = []
    pending = ""
    for name, escaped, script, brace, plain in _TOKEN.findall(source):
        if script:
            pending = "sub" if script == "_" else "sup"
            continue
        if brace == "{":
            out.append(f"<{pending}>" if pending else "")
            closing.append(f"</{pending}>" if pending else "")
            pending = ""
            continue
        if brace == "}":
            out.append(closing.pop() if closing else "")
            continue
        symbol = _symbol(name, escaped, plain)
        out.append(f"<{pending}>{symbol}</{pending}>" if pending and symbol else symbol)
        pending = "" if symbol else pending
    return "".join([*out, *reversed(closing)])


def _symbol(name: str, escaped: str, plain: str) -> str:
    """What a command, an escaped sign or a plain sign stands for."""
    if name:
        return NAMES.get(name, html.escape(name))
    if escaped:
        return " " if escaped in ",;: !" else html.escape(escaped)
    return "" if plain == "$" else html.escape(plain)
