"""Is this post about the company? For brands whose name is also something else.

"Play" is a verb, "Orange" a fruit, "Elisa" a woman, "Delta" a variant. A :class:`Profile` is
what the config says of the brand, :func:`fit` makes a :class:`Judge` of it and of the marks
that people gave, and the judge answers for one :class:`Context` with a :class:`Verdict`: a
probability, yes, review or no, and the reasons with their shares. Pure: nothing is read or
kept here. A doubt goes to review; only what is clearly something else is a no.
"""

from listener.match.ambiguity.context import Context, Mark, Profile
from listener.match.ambiguity.judge import Judge, fit
from listener.match.ambiguity.verdict import Verdict

__all__ = ["Context", "Judge", "Mark", "Profile", "Verdict", "fit"]
