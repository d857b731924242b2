"""A source that somebody else ships: the mails of a public mailing list's archive."""

import mailbox
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Annotated

from listener.model import Author, Batch, Post
from listener.ports import Reject
from listener.wire import clean_text


@dataclass
class MboxSource:
    path: Annotated[Path, "The archive, a file in mbox format."]
    site: Annotated[str, "What the list is called."] = "list"

    def poll(self, cursor: str | None) -> Batch:
        if not self.path.is_file():
            raise Reject(f"there is no archive at {self.path}")
        with closing(mailbox.mbox(self.path, create=False)) as archive:
            mails = list(archive)
        start = int(cursor) if cursor and cursor.isdecimal() else 0
        return Batch(tuple(map(self._post, mails[start:])), cursor=str(len(mails)))

    def _post(self, mail: mailbox.mboxMessage) -> Post:
        name, address = parseaddr(str(mail["From"]))
        body = mail.get_payload(decode=True)
        return Post(
            site=self.site,
            native_id=str(mail["Message-ID"]),
            title=clean_text(str(mail["Subject"])),
            text=clean_text(body.decode(errors="replace") if isinstance(body, bytes) else ""),
            author=Author(address, name),
            published_at=parsedate_to_datetime(str(mail["Date"])).astimezone(UTC),
        )
