"""What each cue is worth before anybody has marked a post, in log-odds. Set by hand.

A whole unit turns even odds into 73 to 27, two into 88 to 12. A cue that the marks contradict
loses its weight in the fit; ``SPREAD`` says how far a weight may move for the asking, as the
standard deviation of the prior.
"""

INTERCEPT = 1.5
"""A post that names the brand is about it, until something speaks against it."""

SPREAD = 1.5

WEIGHTS = {
    "handle": 3.0,
    "reply": 3.0,
    "link": 2.5,
    "hashtag": 0.4,
    "own": 1.6,
    "another brand": 0.8,
    "business": 0.8,
    "cashtag": 1.2,
    "as written": 0.5,
    "small": -1.2,
    "bare": -1.2,
    "article": -1.3,
    "plural": -1.2,
    "possessive": 0.4,
    "verb": -1.5,
    "thing": -1.2,
    "place word": 0.6,
    "joined": 0.6,
    "surname": -1.5,
    "people": -1.6,
    "food and nature": -1.2,
    "stage and colours": -1.2,
    "places": -1.2,
    "language": -1.6,
    "thread about": 1.5,
    "thread not": -0.3,
    "author": 0.7,
    "unnamed": -0.2,
}
"""The weight of each cue by its name (:mod:`listener.match.ambiguity.cues`)."""
