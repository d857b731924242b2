"""A second look at statuses, at the instance that each was written on: it alone knows for sure.

A status of Mastodon carries its id there in its URI. Posts of other software (Akkoma, Misskey,
GoToSocial, …) are asked for as servers ask each other, which brings no counts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.purse import NothingLeft
from sources.mastodon_parts.instance import Instance, NotThere
from sources.mastodon_parts.statuses import (
    from_activity,
    looked_at_again,
    native_id_of,
    origin_of,
)

_OF_MASTODON = re.compile(r"[^/]+/(?:users/[^/]+|ap/users/\d+)/statuses/(\d{1,30})")
_MANY_MAX = 20


@dataclass
class SecondLook:
    """What came of it. An instance that fails costs only the posts that were written there."""

    instance_of: Callable[[str], Instance]
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failures: list[Retry | Reject] = field(default_factory=list)
    looked_at: int = 0
    _left: dict[str, Post] = field(default_factory=dict)

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        self._left = {post.id: post for post in posts}
        try:
            for host, there in _by_host(posts).items():
                instance = self.instance_of(host)
                self._at_host(instance, [post for post in there if self._may(instance, post)])
        except NothingLeft:
            self.faults += put_off(self._left.values(), "nothing is left to spend")

    def _may(self, instance: Instance, post: Post) -> bool:
        """Whether its name leads to a plain host; strangers gave it."""
        try:
            return bool(native_id_of(post.native_id, instance.named))
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
            self._looked_at(post)
            return False

    def _at_host(self, instance: Instance, posts: Sequence[Post]) -> None:
        try:
            together = self._together(instance, posts)
            for post in posts:
                self._one(instance, post, together)
                self._looked_at(post)
        except (Retry, Reject) as failure:
            self.failures.append(failure)
            there = [self._left.pop(post.id) for post in posts if post.id in self._left]
            self.faults += put_off(there, failure.reason)

    def _looked_at(self, post: Post) -> None:
        self.looked_at += 1
        self._left.pop(post.id, None)

    def _together(self, instance: Instance, posts: Sequence[Post]) -> Mapping[str, fields.Json]:
        """Those of several statuses that are there, by their ids; nothing where it can't tell."""
        ids = [found for post in posts if (found := _local_id(post))][:_MANY_MAX]
        if len(ids) < 2:
            return {}
        try:
            answer = instance.statuses(ids)
        except (NotThere, Reject):  # before version 4.3 nobody could ask for many
            return {}
        return {fields.name(raw, "id"): raw for raw in fields.items([answer], 0)}

    def _one(self, instance: Instance, post: Post, together: Mapping[str, fields.Json]) -> None:
        local_id = _local_id(post)
        try:
            if local_id:
                raw = together.get(local_id) or fields.table(instance.status(local_id))
                now = looked_at_again(raw, post, instance.host, instance.named)
            else:
                path = "/" + post.native_id.partition("/")[2]
                now = from_activity(fields.table(instance.activity(path)), post, instance.named)
        except NotThere:
            self.deleted.append(post.id)
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
        else:
            self._compare(post, now)

    def _compare(self, post: Post, now: Post | None) -> None:
        if now is None:
            self.deleted.append(post.id)
        elif now != post:
            self.changed.append(now)


def _local_id(post: Post) -> str:
    found = _OF_MASTODON.fullmatch(post.native_id)
    return found[1] if found else ""


def _by_host(posts: Sequence[Post]) -> Mapping[str, list[Post]]:
    hosts: dict[str, list[Post]] = {}
    for post in posts:
        hosts.setdefault(origin_of(post.native_id), []).append(post)
    return hosts
