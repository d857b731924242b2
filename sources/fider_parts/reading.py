"""One visit to a forum: what of its ideas changed, then the comments and votes behind the counts.

Fider lists ideas without pages: the newest so many, each with its status, the team's response and
how many comments and votes it has. So one request shows what is new and where something happened,
and only there the comments and votes are asked for, which come whole. What does not show in a
count (a comment gone while another came, an edit, a vote that changed hands) is found in turns:
each visit looks at one more idea for which nothing speaks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from listener.model import Author, Fault, Gap, Post, Supporter
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.purse import NothingLeft
from sources.common.voters import number_of
from sources.fider_parts.cursor import Known, State, kept
from sources.fider_parts.forum import Forum, NotThere, site_of
from sources.fider_parts.posts import Idea, comment_of, idea_of, mark, supporter_of

FAILED_LOOKS_MAX = 3
LOOK_AGAIN_MAX = 20
VOTERS_MAX = 2_000
"""Of an idea with more votes, the newest so many voters are told."""

_REJECTS_MAX = 50


@dataclass
class Reading:
    """One visit. ``state`` covers what was brought, and nothing beyond."""

    forum: Forum
    state: State
    now: datetime
    ideas_max: int
    first_look: timedelta
    supporters_wanted: bool = True
    posts: list[Post] = field(default_factory=list)
    supporters: list[Supporter] = field(default_factory=list)
    look_again: list[str] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    gap: Gap | None = None
    failure: Retry | Reject | None = None
    listed: bool = False

    def __post_init__(self) -> None:
        self.site = site_of(self.forum.address)
        self._failed_looks = 0
        self._votes_are_hidden = False

    @property
    def is_complete(self) -> bool:
        """Whether everything there is was read."""
        failed = self.failure or self._failed_looks or self.gap
        return self.listed and not failed and not self.due

    @property
    def goes_on(self) -> bool:
        """Whether there is more to read that nothing stands in the way of."""
        return bool(self.due) and not self.failure and not self._failed_looks

    def told_at(self, post: Post) -> datetime:
        """When it was published, as far as the forum says: the oldest are brought first."""
        return post.published_at or self.now

    @property
    def due(self) -> list[int]:
        """The ideas whose comments or votes are still to be read, the oldest first."""
        return sorted(number for number, known in self.state.ideas.items() if known.is_due)

    def run(self) -> None:
        """Read on until all is read, the purse is empty, or the forum fails."""
        try:
            # With one request left, what is due comes first: else a list would be all there is.
            if self.forum.purse.left > 1 or not self.due:
                self._ideas()
            for number in self.due:
                self._look(number)
            if self.listed and not self._failed_looks:
                self._turn()
        except NothingLeft:
            pass
        except (Retry, Reject) as failure:
            self.failure = failure

    # The list.

    def _ideas(self) -> None:
        entries = list(self.forum.newest(self.ideas_max))[: self.ideas_max]
        is_first = not self.state.since
        if is_first:
            self.state.since = (self.now - self.first_look).timestamp()
        ideas = dict(self._read(entries))
        if not is_first:
            self._missing(ideas, is_whole=len(entries) < self.ideas_max)
        for number in sorted(ideas):
            self._idea(ideas[number])
        self.state.read_at = self.now.timestamp()
        self.listed = True

    def _read(self, entries: list[fields.Json]) -> Iterator[tuple[int, Idea]]:
        for raw in entries:
            try:
                idea = idea_of(raw, self.forum.address, self.site)
            except ValueError as error:
                self._reject(f"an idea of its list: {error}")
                continue
            if fields.truth(raw, "isApproved") is not False:
                yield idea.number, idea

    def _idea(self, idea: Idea) -> None:
        """Count the idea in, and bring it and its response where they are new or changed."""
        before = self.state.ideas.get(idea.number)
        known = before or self._unknown(idea)
        now = replace(
            known, mark=mark(idea.post), response=mark(idea.response), missed=False,
            comments=idea.comments, votes=idea.votes if self.supporters_wanted else 0,
        )  # fmt: skip
        if now.mark != known.mark:
            self.posts.append(idea.post)
            now = replace(now, brought=True)
        if idea.response and now.response != known.response:
            self.posts.append(idea.response)
        elif known.response and not idea.response:
            self.look_again.append(f"{idea.post.id}/response")
        if now.votes == 1 and before is None and now.brought:
            self._vote_of_its_author(idea.post)
            now = replace(now, votes_read=1)
        self.state.ideas[idea.number] = now

    def _unknown(self, idea: Idea) -> Known:
        """What counts as known of an idea that is seen for the first time: all of an old one."""
        if any(post and self._is_young(post) for post in (idea.post, idea.response)):
            return Known()
        votes = idea.votes if self.supporters_wanted else 0
        marks = mark(idea.post), mark(idea.response)
        return Known(*marks, comments_read=idea.comments, votes_read=votes)

    def _vote_of_its_author(self, post: Post) -> None:
        """Fider counts the author's vote when an idea is written: no need to ask who it was."""
        author = number_of([post.author.id], 0)
        if author is not None:
            self.state.voters.compare(post.native_id, [author])
            self.supporters.append(Supporter(post.id, post.author, post.published_at))

    def _missing(self, ideas: dict[int, Idea], *, is_whole: bool) -> None:
        """Notice ideas that are listed no more, and a list too short to reach what was read."""
        lowest = 0 if is_whole else min(ideas, default=0)
        newest_known = max(self.state.ideas, default=0)
        if not is_whole and newest_known and lowest > newest_known + 1:
            since = datetime.fromtimestamp(self.state.read_at or self.state.since, UTC)
            self.gap = Gap(since, self.now, "page limit: more new ideas than one list holds")
        gone = [
            number
            for number, known in self.state.ideas.items()
            if number >= lowest and number not in ideas and not known.missed
        ]
        # A forum that shows nothing at all is more likely to be in trouble than to be empty.
        for number in sorted(gone, reverse=True)[:LOOK_AGAIN_MAX] if ideas else ():
            self.state.ideas[number] = replace(self.state.ideas[number], missed=True)
            self.look_again.append(f"{self.site}:{number}")

    # Comments and votes.

    def _look(self, number: int) -> None:
        known = self.state.ideas[number]
        if known.comments != known.comments_read:
            self._try(number, self._comments)
        if known.votes != known.votes_read:
            self._try(number, self._votes)

    def _turn(self) -> None:
        """Look at the next older idea that has comments or votes, for what no count shows."""
        numbers = [number for number, known in self.state.ideas.items() if self._may_change(known)]
        if not numbers:
            return
        older = [number for number in numbers if number < self.state.turn]
        number = max(older or numbers)
        self.state.turn = number
        if self.state.ideas[number].comments:
            self._try(number, self._comments)
        if self.state.voters.count(str(number)) > 1:
            self._try(number, self._votes)

    def _may_change(self, known: Known) -> bool:
        return not known.missed and (known.comments > 0 or (known.brought and known.votes > 1))

    def _try(self, number: int, look: Callable[[int], None]) -> None:
        """One look; one that fails costs itself, unless the whole forum refuses."""
        try:
            look(number)
        except NotThere:
            self.look_again.append(f"{self.site}:{number}")
            known = self.state.ideas[number]
            self.state.ideas[number] = replace(
                known, comments_read=known.comments, votes_read=known.votes
            )
        except Retry as failure:
            self._failed_looks += 1
            if failure.state == "rate limit" or self._failed_looks >= FAILED_LOOKS_MAX:
                raise
            self.faults.append(Fault(f"{self.forum.address}/posts/{number}", failure.reason))

    def _comments(self, number: int) -> None:
        raws = list(self.forum.comments(number))
        known = self.state.ideas[number]
        seen = dict(known.seen)
        for raw in reversed(raws):
            post = self._comment(raw, number)
            comment = number_of(raw, "id")
            if post is None or comment is None or comment <= known.floor:
                continue
            before, seen[comment] = seen.get(comment), mark(post)
            if seen[comment] != before and (before or self._is_young(post)):
                self.posts.append(post)
        self.state.ideas[number] = kept(replace(known, comments_read=known.comments, seen=seen))

    def _comment(self, raw: fields.Json, number: int) -> Post | None:
        try:
            return comment_of(raw, number, self.forum.address, self.site)
        except ValueError as error:
            self._reject(f"a comment on its idea {number}: {error}")
            return None

    def _votes(self, number: int) -> None:
        known = self.state.ideas[number]
        if not self._votes_are_hidden:
            try:
                self._voted(number, list(self.forum.votes(number)))
            except Reject as refused:
                if refused.state not in {"login", "blocked"}:
                    raise
                self._votes_are_hidden = True
                where = f"{self.forum.address}/posts/{number}"
                self.faults.append(Fault(where, f"{refused.reason}; or set supporters = false"))
        self.state.ideas[number] = replace(known, votes_read=known.votes)

    def _voted(self, number: int, raws: list[fields.Json]) -> None:
        idea_id = f"{self.site}:{number}"
        shown = dict(self._voters(raws, idea_id))
        newest = list(shown)[-VOTERS_MAX:]
        # Fewer than were counted, or some that can't be read: then nobody is known to have left.
        is_whole = len(newest) == len(raws) >= self.state.ideas[number].votes
        came, left = self.state.voters.compare(str(number), newest, whole=is_whole)
        self.supporters += [shown[user] for user in came]
        self.supporters += [Supporter(idea_id, Author(id=str(user)), left=True) for user in left]

    def _voters(self, raws: list[fields.Json], idea_id: str) -> Iterator[tuple[int, Supporter]]:
        for raw in raws:
            try:
                yield supporter_of(raw, idea_id)
            except ValueError as error:
                self._reject(f"a vote for {idea_id}: {error}")

    def _is_young(self, post: Post) -> bool:
        published_at = post.published_at
        return published_at is None or published_at.timestamp() >= self.state.since

    def _reject(self, reason: str) -> None:
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(self.forum.address, reason))
