"""A table of a page."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Markup], look: str = "") -> Markup:
    """`heads` are (look, text) of the columns, in the reader's language; `look` is the table's own class."""
    return Markup(
        '<div class="scroll"><table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(
        look,
        Markup("").join(Markup('<th class="{}">{}</th>').format(*head) for head in heads),
        Markup("").join(rows),
    )
