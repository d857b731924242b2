"""Who wrote a post, as people name accounts and as two names are held against each other. Pure."""

from hashlib import blake2b

from listener.model import Author, Post


def account(stated: str) -> str:
    """An account as people write it (``@Somebody``, ``x:@Somebody``), as it is compared."""
    site, colon, handle = stated.strip().casefold().rpartition(":")
    return f"{site}{colon}{handle.removeprefix('@')}"


def accounts(post: Post) -> frozenset[str]:
    """All that its author may be called by: the handle, ``site:handle`` and ``site:id``."""
    handle = account(post.author.handle)
    names = (handle, f"{post.site}:{handle}" if handle else "", author_key(post))
    return frozenset(name.casefold() for name in names if name)


def author_key(post: Post) -> str:
    """The account that lasts, ``site:id`` or ``site:handle``; of a mere name nobody is sure."""
    return account_of(post.site, post.author)


def account_of(site: str, author: Author) -> str:
    """The same, of an author on a site."""
    name = author.id or account(author.handle)
    return f"{site}:{name}" if name else ""


def author_alias(post: Post) -> str:
    """The lasting account without its name: for keys, which outlast who wants to be forgotten."""
    author = author_key(post)
    digest = blake2b(author.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"author:{post.site}:{digest}" if author else ""
