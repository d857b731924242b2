"""Boolean expressions as marketers know them, parsed once and asked about every post.

AND (or nothing between two terms), OR, NOT (or a minus before a term), brackets, ``NEAR/5`` and
``ONEAR/5`` (in this order), ``"quoted phrases"``, ``telef*``, ``wom?n``, the fields ``site:``,
``author:``, ``lang:``, ``type:``, ``link:`` and ``title:``, and ``/bounded patterns/``. Operators
are written in capitals; small ones between terms are refused. A bare word may be inflected, a
quoted one is not: it stands as written, in any case and with any white space. Quotes may be
typographic: ``“osake”``, ``„akcje”``, ``»aktie«``.

Pure: a text in, an :class:`Expression` out; the places of its terms in, whether it holds out.
:mod:`listener.match.expression.finder` finds the places,
:mod:`listener.match.expression.index` asks thousands of expressions at once.
"""

from dataclasses import dataclass
from functools import cached_property

from listener.match.expression.errors import ExpressionError
from listener.match.expression.evaluate import Held, Places, held_by, is_true
from listener.match.expression.facts import Facts, facts_of
from listener.match.expression.parser import tree_of
from listener.match.expression.sense import refuse_senseless
from listener.match.expression.tree import Node, Span, Term, terms_in, written
from listener.match.expression.why_not import why_not

__all__ = ["Expression", "ExpressionError", "Facts", "Held", "Places", "Span", "Term"]
__all__ += ["facts_of", "parse"]


@dataclass(frozen=True)
class Expression:
    """A checked expression. ``str`` gives it in normal form, which parses to an equal one."""

    root: Node

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Each term once, the forbidden ones too, in the order of the text."""
        return tuple(dict.fromkeys(terms_in(self.root)))

    def holds(self, places: Places, facts: Facts) -> Held | None:
        """The evidence where the expression holds for a post, else None.

        ``places`` gives for each term found its spans; a term left out stands nowhere.
        """
        return held_by(self.root, places, facts) if is_true(self.root, places, facts) else None

    def why_not(self, places: Places, facts: Facts) -> str:
        """The smallest part because of which it does not hold, in a clause without full stop."""
        return why_not(self.root, places, facts)

    def __str__(self) -> str:
        return written(self.root)


def parse(text: str) -> Expression:
    """The expression that the text means.

    Raises :class:`ExpressionError` with line and column for a mistake, for what nearly every
    post or no post can fulfil, and for more than 20,000 characters, 2,000 terms or brackets 50
    deep.
    """
    root = tree_of(text)
    refuse_senseless(root, text)
    return Expression(root)
