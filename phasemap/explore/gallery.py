"""The gallery of the atlas as a page: every result with its picture, its title and what it is about."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from phasemap.explore.page import asset
from phasemap.explore.symbols import as_html


@dataclass(frozen=True)
class Card:
    """One result: name of its page, title, words about it, its picture and the picture's caption, if there are any."""

    name: str
    title: str
    about: str
    picture: str | None
    caption: str = ""
    chapter: str = ""


def gallery_page(cards: Sequence[Card]) -> str:
    """The page with all cards, in their order; it loads nothing but the pictures beside it."""
    parts = []
    for chapter, here in groupby(cards, key=lambda card: card.chapter):
        parts += [f"<h2>{as_html(chapter)}</h2>"] if chapter else []
        parts += [_as_html(card) for card in here]
    body = "\n".join(parts)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    return (
        asset("gallery.html")
        .replace("{{policy}}", html.escape(policy))
        .replace("{{style}}", asset("style/page.css"))
        .replace("{{cards}}", body)
    )


def _as_html(card: Card) -> str:
    """A card whose picture and title lead to its page."""
    link, title = html.escape(f"{card.name}/", quote=True), as_html(card.title or card.name)
    picture = (
        f'<a href="{link}"><img src="{html.escape(card.picture, quote=True)}" alt="Figure: {title}" loading="lazy"></a>'
        if card.picture
        else ""
    )
    caption = f"<details><summary>caption</summary><p>{as_html(card.caption)}</p></details>" if card.caption else ""
    return f'<article>{picture}<h3><a href="{link}">{title}</a></h3><p>{as_html(card.about)}</p>{caption}</article>'
