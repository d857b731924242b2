"""Addresses as sites and ids, named just as our own sources name them.

So a post that was imported, and is heard later by a source of ours, is one post. Where an address
doesn't tell the id that its site gives the post, the address itself is the id.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import SplitResult, parse_qs, urlsplit

ID_CHARS_MAX = 500

_SITES = {
    "x": ("x.com", "twitter.com", "t.co"),
    "reddit": ("reddit.com", "redd.it"),
    "youtube": ("youtube.com", "youtu.be", "youtube-nocookie.com"),
    "facebook": ("facebook.com", "fb.com", "fb.watch"),
    "instagram": ("instagram.com",),
    "threads": ("threads.net", "threads.com"),
    "bluesky": ("bsky.app",),
    "tiktok": ("tiktok.com",),
    "linkedin": ("linkedin.com",),
    "hackernews": ("news.ycombinator.com",),
    "telegram": ("t.me",),
}
_SITE_OF_HOST = {host: site for site, hosts in _SITES.items() for host in hosts}
_NAMES = {
    **{site: site for site in _SITES},
    "twitter": "x",
    "x (twitter)": "x",
    "x/twitter": "x",
    "facebook_public": "facebook",
    "instagram_public": "instagram",
    "linkedin_public": "linkedin",
    "tik tok": "tiktok",
    "hacker news": "hackernews",
    "mastodon": "mastodon",
}
SOCIAL = frozenset(_NAMES.values())
"""The sites whose authors are accounts with handles."""

_HOST = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_SHORT = re.compile(r"/([a-z0-9]{5,8})/?")
_STATUS = re.compile(r"/(?:i/web|([A-Za-z0-9_]{1,20}))/status(?:es)?/(\d{1,25})(?:/.*)?")
_COMMENTS = re.compile(
    r"(?:/(?:r|user|u)/[^/]+)?/comments/([a-z0-9]{1,15})(?:/[^/]*(?:/([a-z0-9]{1,15}))?)?/?"
)
_VIDEO = re.compile(r"/(?:shorts|live|embed|v)/([A-Za-z0-9_-]{6,20})/?")
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_BLUESKY = re.compile(r"/profile/([^/]+)/post/([A-Za-z0-9._~:-]{1,500})/?")
_TIKTOK = re.compile(r"/@([^/]+)/(?:video|photo)/(\d{5,25})/?")
_MASTODON = re.compile(r"/@([A-Za-z0-9_.-]+)/(\d{17,19})/?")
_EXCHANGE = re.compile(
    r"([a-z0-9.]{1,60})\.stackexchange\.com"
    r"|(?:(stackoverflow|superuser|serverfault|askubuntu|stackapps)\.com)"
)
_QUESTION = re.compile(r"/(?:questions|q|a)/(\d{1,12})(?:/[^/]*(?:/(\d{1,12}))?)?/?")
_REMARK = re.compile(r"comment(\d{1,12})_\d{1,12}")
_UPDATE = re.compile(r"/feed/update/(urn:li:(?:share|ugcPost|activity):\d{1,25})/?")
_DID = re.compile(r"did:(?:plc|web):[A-Za-z0-9._:%-]{1,400}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post stands. ``native_id`` is empty where the address doesn't tell it.

    ``account`` is the handle of its author, or in its address what else names it.
    """

    site: str
    native_id: str = ""
    account: str = ""


def place_of(url: str, author_id: str = "") -> Place:
    """The place that an address names; no site where it is no web address.

    ``author_id`` is the account's lasting id, which some sites put into the posts' ids.
    """
    try:
        has_scheme = "://" in url or "@" in url.partition("/")[0]
        return _place(urlsplit(url if has_scheme else f"//{url}"), author_id)
    except ValueError:
        return Place("")


def _place(address: SplitResult, author_id: str) -> Place:
    """Raises ValueError for what is no address."""
    host = (address.hostname or "").removesuffix(".")
    if not _HOST.fullmatch(host) or address.scheme not in {"", "http", "https"}:
        return Place("")
    site = site_of_host(host)
    if site in _READERS:
        return _READERS[site](address, author_id) or Place(site)
    if _EXCHANGE.fullmatch(host.lower().removeprefix("www.")):
        return Place(site, _stackexchange(address))
    match = _MASTODON.fullmatch(address.path)
    if match and site == host.removeprefix("www."):
        name = f"{host}/users/{match[1]}/statuses/{match[2]}"
        return Place("mastodon", name, f"{match[1]}@{host}")
    return Place(site)


def site_of_host(host: str) -> str:
    """The site at a host: by its name where it has one with us, else the host itself."""
    bare = host.lower().removeprefix("www.")
    if match := _EXCHANGE.fullmatch(bare):
        return match[1] or match[2]
    while bare:
        if bare in _SITE_OF_HOST:
            return _SITE_OF_HOST[bare]
        _, _, bare = bare.partition(".")
    return host.lower().removeprefix("www.")


def site_named(name: str) -> str:
    """The site that somebody calls so, as we call it; empty where we have no name for it."""
    name = " ".join(name.lower().split())
    return _NAMES.get(name, "") or _SITE_OF_HOST.get(name.removeprefix("www."), "")


def id_of_address(url: str) -> str:
    """What a post is called by its address alone."""
    bare = url.partition("#")[0] if "#!" not in url else url
    return bare if len(bare) <= ID_CHARS_MAX else f"long-{digest(bare)}"


def digest(*parts: str) -> str:
    """A short name for these words, the same at every time."""
    words = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(words, digest_size=12).hexdigest()


def _x(address: SplitResult, _: str) -> Place | None:
    match = _STATUS.fullmatch(address.path)
    return Place("x", match[2], "" if match[1] in {None, "i"} else match[1]) if match else None


def _reddit(address: SplitResult, _: str) -> Place | None:
    path = address.path.lower()
    if (address.hostname or "").endswith("redd.it"):
        match = _SHORT.fullmatch(path)
        return Place("reddit", f"t3_{match[1]}") if match else None
    match = _COMMENTS.fullmatch(path)
    if not match:
        return None
    return Place("reddit", f"t1_{match[2]}" if match[2] else f"t3_{match[1]}")


def _youtube(address: SplitResult, _: str) -> Place | None:
    asked = parse_qs(address.query, max_num_fields=50)
    match = _VIDEO.fullmatch(address.path)
    if match:
        video = match[1]
    elif (address.hostname or "").endswith("youtu.be"):
        video = address.path.strip("/")
    else:
        video = asked.get("v", [""])[0] if address.path == "/watch" else ""
    if not _VIDEO_ID.fullmatch(video):
        return None
    return Place("youtube", asked.get("lc", [video])[0][:ID_CHARS_MAX])


def _bluesky(address: SplitResult, author_id: str) -> Place | None:
    match = _BLUESKY.fullmatch(address.path)
    if not match:
        return None
    named = match[1] if match[1].startswith("did:") else author_id
    handle = "" if match[1].startswith("did:") else match[1]
    return Place("bluesky", f"{named}/{match[2]}" if _DID.fullmatch(named) else "", handle)


def _hackernews(address: SplitResult, _: str) -> Place | None:
    name = parse_qs(address.query, max_num_fields=50).get("id", [""])[0]
    is_item = address.path == "/item" and name.isascii() and name.isdigit()
    return Place("hackernews", name) if is_item else None


def _tiktok(address: SplitResult, _: str) -> Place | None:
    match = _TIKTOK.fullmatch(address.path)
    return Place("tiktok", match[2], match[1]) if match else None


def _linkedin(address: SplitResult, _: str) -> Place | None:
    match = _UPDATE.fullmatch(address.path)
    return Place("linkedin", match[1]) if match else None


def _stackexchange(address: SplitResult) -> str:
    """The number of the question or answer, or of the comment below it."""
    match = _QUESTION.fullmatch(address.path)
    if not match:
        return ""
    if remark := _REMARK.fullmatch(address.fragment):
        return f"comment/{remark[1]}"
    is_answer = address.fragment.isascii() and address.fragment.isdigit()
    return address.fragment[:12] if is_answer else match[2] or match[1]


_READERS = {
    "x": _x,
    "reddit": _reddit,
    "youtube": _youtube,
    "bluesky": _bluesky,
    "hackernews": _hackernews,
    "tiktok": _tiktok,
    "linkedin": _linkedin,
}
