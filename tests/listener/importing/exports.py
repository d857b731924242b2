"""Small exports as the tools write them, as far as that is known, and how to read them."""

from datetime import UTC, datetime
from pathlib import Path

from listener.importing.opening import Export, open_export
from listener.importing.rows import Row, RowReader

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STATUS = "https://twitter.com/anna/status/1700000000000000001"
THREAD = "https://www.reddit.com/r/travel/comments/1abc2d/late_again/"
NEWS = "https://news.example.org/norvia-again"

BRANDWATCH = f"""\
Report:,Bulk Mentions Download
Brand:,"Norvia, and others"
From:,Fri Mar 01 00:00:00 UTC 2024

Query Id,Query Name,Date,Title,Snippet,Url,Domain,Sentiment,Page Type,Language,Author,Full Name,\
X Followers,X Reposts,X Likes,X Reply Count,Reach (new),Full Text
1,norvia,2024-03-01 10:00:00.0,"Norvia is late, a…",is late,{STATUS},twitter.com,negative,x,en,\
anna,Anna A,"1,200",3,40,5,90000,"Norvia is late, again
and ""nobody"" told us"
1,norvia,2024-03-02 11:30:00.0,Late again,Norvia is late,{THREAD},reddit.com,neutral,reddit,en,\
ben,,,,,,100,
1,norvia,2024-03-03 00:00:00.0,Norvia grows,Norvia grows by a half,{NEWS},news.example.org,\
positive,news,en,Clara C,,,,,,5000,
"""

MENTION = f"""\
Title;Description;Original URL;Source Name;Source Type;Tone;Author;Published At;Language;Reach
;Norvia is late;{STATUS};Twitter;twitter;negative;@anna;2024-03-01T10:00:00+00:00;en;1200
Norvia grows;Norvia grows by a half;{NEWS};News;news;positive;Clara C;2024-03-03T00:00:00+00:00;en;9
"""

BRAND24 = f"""\
Date\tHour\tTitle\tContent\tURL\tDomain\tAuthor\tFollowers\tLikes\tShares\tComments\tSentiment\t\
Influence score
01.03.2024\t12:00\t\tNorvia is late\t{STATUS}\ttwitter.com\tanna\t1200\t40\t3\t5\tnegative\t7
03.03.2024\t00:00\tNorvia grows\tNorvia grows by a half\t{NEWS}\tnews.example.org\tClara C\t\t\
\t\t\tPositive\t3
"""

SPROUT = f"""\
Timestamp,Network,Message Type,From,Message,Permalink,Sentiment,Likes,Comments
03/01/2024 10:00 am,Twitter,Mention,@anna,Norvia is late,{STATUS},Negative,40,5
03/25/2024 2:30 pm,Facebook,Comment,Dora D,When do you open?,\
https://www.facebook.com/norvia/posts/1,Unclassified,0,0
"""


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "export.csv") -> Path:
    """The export as a file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def reader(export: Export) -> RowReader:
    """Reads its rows, with times without a zone in UTC."""
    return RowReader(export.header, UTC, export.dates.order, export.dates.pattern, NOW)


def rows(path: Path, **fields: object) -> list[Row]:
    """All the rows that can be read."""
    export = open_export(path, **fields)  # type: ignore[arg-type]
    records = list(export.records())  # to its end, and closed, before a row is refused
    return [reader(export).row(record) for record in records]
