"""Posts that say the same, folded into one story as they come.

A story is a post and its copies: reposts, quotes with a short comment, articles sent out by many
sites with another lead, texts cut with an ellipsis. :class:`Stories` takes one post after the
other and names the story of each. It has no model and knows no language.

What is compared are the words (:mod:`listener.stories.reading`), not links, handles, case,
punctuation, emoji or counted likes. Two posts are one story where their words are equal, where
one is the cut beginning of the other, or where their words stand in the same order and little
between them was replaced (:mod:`listener.stories.likeness`). A translation is another story.

What it gets wrong, and which way:

* Short texts are nobody's copy. Under four different words or 20 letters ("thanks!", "+1") two
  equal texts stay two stories; under eight different words only equal texts are one.
* Two people who fill one template are one story where little differs: one plain word in texts of
  25 words and more, one number or name from 49 words on. A mistyped word is forgiven from 13.
* Equal texts are one story, whoever writes them. So is a text with the first words of one that
  ends with an ellipsis.
* A copy is missed where more than half of it is somebody's own words, where its original was only
  ever seen within a longer text, where a letter-by-letter disguise changes its words, and where
  its story was forgotten. Of articles with different leads, the one that came first is what all
  others are compared with.
* Of a text only the first 4,000 characters and 192 words count. What differs later is not seen.
* The hashes have no secret. Who searches for collisions can have a text counted as a copy of a
  story whose words it does not show, or push a story out of the index, so that a copy is missed.
  Nobody can make a story that takes up a post whose words are not known beforehand.

What is remembered is bounded (:mod:`listener.stories.window`): ``posts_max`` stories, each for
the window after its last copy. When there are more, those forgotten first are old ones that were
told once; a copy that comes later starts a story of its own. No post costs more than another
beyond those limits, whatever stands in it.
"""

from listener.stories.window import Stories

__all__ = ["Stories"]
