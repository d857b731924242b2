"""The objects of YouTube's API and feed; ``youtube_site`` says after which pages."""

from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.sources.standins.serving import Answer, Entry

Shape = dict[str, Any]


def channel_of(author: str) -> str:
    """The id of somebody's channel."""
    return f"UC{author:_<22}"[:24]


def comment(entry: Entry, channel: str, video: str, parent: str = "") -> Shape:
    snippet = {
        "channelId": channel,
        "videoId": video,
        "textDisplay": entry.text,
        "textOriginal": entry.text,
        "authorDisplayName": f"@{entry.author}",
        "authorProfileImageUrl": "https://yt3.ggpht.com/a.jpg",
        "authorChannelUrl": f"http://www.youtube.com/@{entry.author}",
        "authorChannelId": {"value": channel_of(entry.author)},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": entry.likes,
        "publishedAt": stamp(entry.at),
        "updatedAt": stamp(entry.edited_at or entry.at),
    }
    if parent:
        snippet["parentId"] = parent
    return {"kind": "youtube#comment", "etag": "e", "id": entry.id, "snippet": snippet}


def thread(top: Shape, replies: int, inlined: list[Shape]) -> Shape:
    shaped: Shape = {
        "kind": "youtube#commentThread",
        "etag": "e",
        "id": top["id"],
        "snippet": {
            "channelId": top["snippet"]["channelId"],
            "videoId": top["snippet"]["videoId"],
            "topLevelComment": top,
            "canReply": True,
            "totalReplyCount": replies,
            "isPublic": True,
        },
    }
    if inlined:
        shaped["replies"] = {"comments": inlined}
    return shaped


def video(entry: Entry, channel: str, title: str, comments: int) -> Shape:
    return {
        "kind": "youtube#video",
        "etag": "e",
        "id": entry.id,
        "snippet": {
            "publishedAt": stamp(entry.at),
            "channelId": channel,
            "title": title,
            "description": entry.text,
            "channelTitle": "Norvia",
            "defaultAudioLanguage": "fi",
        },
        "statistics": {
            "viewCount": "71",
            "likeCount": str(entry.likes),
            "favoriteCount": "0",
            "commentCount": str(comments),
        },
    }


def playlist_item(of: Shape) -> Shape:
    snippet = of["snippet"] | {"resourceId": {"kind": "youtube#video", "videoId": of["id"]}}
    return {
        "kind": "youtube#playlistItem",
        "etag": "e",
        "id": f"UUitem{of['id']}",
        "snippet": snippet,
        "contentDetails": {
            "videoId": of["id"],
            "videoPublishedAt": snippet["publishedAt"],
        },
    }


def channel(channel_id: str, handle: str) -> Shape:
    return {
        "kind": "youtube#channel",
        "etag": "e",
        "id": channel_id,
        "snippet": {
            "title": "Norvia",
            "description": "Films of Norvia",
            "customUrl": f"@{handle}",
            "publishedAt": "2015-03-01T10:00:00Z",
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": f"UU{channel_id[2:]}"}},
        "statistics": {
            "viewCount": "120000",
            "subscriberCount": "4200",
            "hiddenSubscriberCount": False,
            "videoCount": "31",
        },
    }


def feed(channel_id: str, entries: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" \
xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id={channel_id}"/>
 <id>yt:channel:{channel_id[2:]}</id>
 <yt:channelId>{channel_id[2:]}</yt:channelId>
 <title>Norvia</title>
 <link rel="alternate" href="https://www.youtube.com/channel/{channel_id}"/>
 <author><name>Norvia</name><uri>https://www.youtube.com/channel/{channel_id}</uri></author>
 <published>2015-03-01T10:00:00+00:00</published>
{entries}</feed>""".encode()


def feed_entry(entry: Entry, channel_id: str, title: str) -> str:
    words = "".join(one for one in entry.text if one in "\t\n\r" or ord(one) >= 32)
    return f""" <entry>
  <id>yt:video:{entry.id}</id>
  <yt:videoId>{entry.id}</yt:videoId>
  <yt:channelId>{channel_id}</yt:channelId>
  <title>{escape(title)}</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v={entry.id}"/>
  <author><name>Norvia</name><uri>https://www.youtube.com/channel/{channel_id}</uri></author>
  <published>{entry.at:%Y-%m-%dT%H:%M:%S}+00:00</published>
  <updated>{entry.edited_at or entry.at:%Y-%m-%dT%H:%M:%S}+00:00</updated>
  <media:group>
   <media:title>{escape(title)}</media:title>
   <media:content url="https://www.youtube.com/v/{entry.id}?version=3" width="640" height="390"/>
   <media:thumbnail url="https://i2.ytimg.com/vi/{entry.id}/hqdefault.jpg" width="480"/>
   <media:description>{escape(words)}</media:description>
   <media:community>
    <media:starRating count="{entry.likes}" average="5.00" min="1" max="5"/>
    <media:statistics views="70"/>
   </media:community>
  </media:group>
 </entry>
"""


def listing(kind: str, items: list[Shape], next_token: str = "") -> Answer:
    pages = {"nextPageToken": next_token} if next_token else {}
    counts = {"totalResults": len(items), "resultsPerPage": len(items)}
    head = {"kind": f"youtube#{kind}ListResponse", "etag": "e"}
    return Answer(body=head | pages | {"pageInfo": counts, "items": items})


def refusal(
    status: int, reason: str, words: str, *, domain: str = "youtube.api", detail: str = ""
) -> Answer:
    error: Shape = {
        "code": status,
        "message": words,
        "errors": [{"message": words, "domain": domain, "reason": reason}],
    }
    if detail:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["status"] = "INVALID_ARGUMENT"
        error["details"] = [{"@type": kind, "reason": detail, "domain": "googleapis.com"}]
    return Answer(status, {"error": error})


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
