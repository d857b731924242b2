"""Which messages of the whole network are worth reading, and which posts worth keeping.

Nearly everything is held back by one pass over the raw message, before any JSON is read: a
message is let through where it holds a brand's key, or the id of a brand's account, which is how
replies, mentions and the account's own posts name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ahocorasick_rs import AhoCorasick

from listener.match import Matcher
from listener.match.screen import unescaped
from listener.model import Brand, Post

_BATCH = 256


class Sieve:
    """The brands and their accounts, ``handles`` by DID, compiled once; then asked about all."""

    def __init__(self, brands: tuple[Brand, ...], handles: Mapping[str, str]) -> None:
        # Who is meant by an ambiguous name is for the core to judge, which knows more.
        self._matcher = Matcher([replace(brand, ambiguous=False) for brand in brands])
        self._screen = self._matcher.screen()
        self.brands, self.handles = brands, handles
        self._accounts = AhoCorasick(sorted(handles)) if handles else None

    def telling(self, texts: Sequence[str]) -> set[int]:
        """Which texts may mention a brand, by their places. Escapes of JSON are read."""
        found: set[int] = set()
        for ascii_only in (True, False):  # one character beyond makes a whole batch slower
            some = [n for n, text in enumerate(texts) if text.isascii() is ascii_only]
            plain = [_plain(texts[n]) for n in some]
            found.update(some[n] for n in self._screen.those_let_through(plain))
        return found

    def naming(self, messages: Sequence[str]) -> set[int]:
        """Which messages name an account of the brands', by their places."""
        found: set[int] = set()
        for start in range(0, len(messages) if self._accounts else 0, _BATCH):
            some = messages[start : start + _BATCH]
            if self._names_account("\0".join(some)):
                found.update(start + n for n, text in enumerate(some) if self._names_account(text))
        return found

    def keeps(self, post: Post) -> bool:
        """Whether the post is a mention, or by or to an account of a brand's own."""
        return post.author.id in self.handles or bool(self._matcher.match(post))

    def _names_account(self, text: str) -> bool:
        assert self._accounts is not None
        return bool(self._accounts.find_matches_as_indexes(text))


def _plain(message: str) -> str:
    return unescaped(message) if "\\" in message else message
