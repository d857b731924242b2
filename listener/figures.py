"""What people steer by, defined once for every channel alike. Pure.

A **contact** is a mention that was addressed to the brand and is no spam, wherever and however it
was said: a call, a mail, a chat, a post on the brand's page, a tweet that tags it. What was said
of the brand and not to it is **overheard**: it may matter more, but nobody waits for an answer.
A contact is **answered** from the first moment that somebody of the brand's did: by a reply of an
own account, by the word of the place itself (a call that was taken), or of an agent who said so of
its case. Until then it **waits**. The **first answer** took from when it was said, not from when
we saw it: that is what the customer felt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from listener.model import Case, Mention, Post


@dataclass(frozen=True, slots=True)
class Contact:
    """One time that somebody spoke to or of a brand, when it was first answered, and its case.

    ``of_competitor``: not of us, however directly it was said to whom it was said.
    """

    mention: Mention
    answered_at: datetime | None = None
    case: Case | None = None
    of_competitor: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some mentions; None where there is nothing to divide or to order."""

    contacts: int = 0
    answered: int = 0
    overheard: int = 0
    first_answer_seconds_median: float | None = None

    @property
    def waiting(self) -> int:
        """Contacts that nobody answered yet."""
        return self.contacts - self.answered

    @property
    def answered_share(self) -> float | None:
        """The share of contacts that were answered, 0 to 1."""
        return self.answered / self.contacts if self.contacts else None


def channel_of(post: Post) -> str:
    """By which way it came: a site, or a medium that other tools serve too."""
    return post.site if post.medium == "post" else post.medium


def is_contact(one: Contact) -> bool:
    """Whether somebody waits for an answer to it."""
    to_us = one.mention.directness == "direct" and not one.of_competitor
    return to_us and one.mention.label("spam") != "yes"


def first_answer_seconds(contact: Contact) -> float | None:
    """How long the first answer took; 0 for one that, by two clocks, came before the question."""
    said_at = contact.mention.post.published_at
    if contact.answered_at is None or said_at is None:
        return None
    return max(0.0, (contact.answered_at - said_at).total_seconds())


def figures(some: Sequence[Contact]) -> Figures:
    """The figures of these."""
    contacts = [one for one in some if is_contact(one)]
    waits = [it for one in contacts if (it := first_answer_seconds(one)) is not None]
    return Figures(
        contacts=len(contacts),
        answered=sum(one.answered_at is not None for one in contacts),
        overheard=len(some) - len(contacts),
        first_answer_seconds_median=median(waits) if waits else None,
    )


def by_channel(some: Iterable[Contact]) -> dict[str, Figures]:
    """The figures of each channel, by its name, by the same definitions."""
    channels: dict[str, list[Contact]] = {}
    for one in some:
        channels.setdefault(channel_of(one.mention.post), []).append(one)
    return {name: figures(channels[name]) for name in sorted(channels)}
