"""What becomes of cases, in SQL: opened, joined, acted upon, told to whoever follows them.

Whatever changes a case goes through :func:`do`: the act is kept once, the case is what
:func:`listener.cases.after` makes of it, and it is held against the clock anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from listener.answers import Answer
from listener.cases import IN_PLACE, IN_PUBLIC, LISTENER, Act, ActKind, after
from listener.model import Case, Mention
from listener.rules import CaseOrder, Order
from listener.store import outbox
from listener.store.cases import case_rows, members, threads
from listener.store.rows import moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

GONE = "every mention of it was taken down or is none any more"


def put_orders(
    db: "Database", orders: Sequence[Order], mention: Mention, story: str, now: datetime
) -> None:
    """Give each order its place; those that have one go to the mention's case."""
    first = next((order for order in orders if order.case is not None), None)
    if first is None or first.case is None:
        for order in orders:
            outbox.put(db, order, now)
        return
    case, is_news = _case_for(db, first, first.case, mention, story, now)
    for order in orders:
        if order.case is None:
            outbox.put(db, order, now)
        else:
            threads.put(db, case, order, now)
    if is_news:
        threads.tell_change(db, case, now)
    _answered_before(db, mention, now)


def do(db: "Database", case: Case, act: Act, now: datetime, *, told: bool = True) -> Case:
    """Do it: the case after it. Raises Refused, and then nothing of it happened."""
    changed = after(case, act)
    case_rows.insert_act(db, case.key, act, now, told=told)
    case_rows.write(db, changed, check_at=None if changed.state == "closed" else now)
    if told:
        threads.tell_change(db, changed, now)
    return changed


def is_known(db: "Database", case: Case, act: Act) -> bool:
    """Whether this very act was done to the case before."""
    known = "SELECT 1 FROM acts WHERE case_key = ? AND key = ?"
    return db.execute(known, (case.key, act.key)).fetchone() is not None


def answered(db: "Database", answers: Sequence[Answer], now: datetime) -> None:
    """Replies by accounts of the brands' own were seen in public: who waited has an answer."""
    for answer in answers:
        parent = f"{answer.parent}#{answer.brand}"
        case = members.case_of_mention(db, parent)
        if case is not None:
            _answer_in_public(db, case, parent, answer, now)


def lost(db: "Database", post_ids: Sequence[str], now: datetime) -> None:
    """Mentions of these posts may be none any more: count anew, close what has none left."""
    for case in members.cases_of_posts(db, post_ids) if post_ids else ():
        counted = _recounted(db, case, now)
        if counted.mentions == 0 and counted.state != "closed":
            _by_listener(db, counted, "close", f"gone:{counted.version}", now, text=GONE)


def _case_for(
    db: "Database", order: Order, wanted: CaseOrder, mention: Mention, story: str, now: datetime
) -> tuple[Case, bool]:
    """The mention's case, and whether something about it is news to those who follow it."""
    standing = members.case_of_mention(db, mention.key)
    if standing is not None:
        members.add_again(db, mention, story)
        return _back(db, _recounted(db, standing, now), now)
    fits = members.fitting(db, wanted, mention, story)
    if fits is not None:
        return _join(db, fits, order, mention, story, now)
    return _open(db, order.rule, wanted, mention, story, now), False


def _open(
    db: "Database", rule: str, wanted: CaseOrder, mention: Mention, story: str, now: datetime
) -> Case:
    case = Case(
        key=members.key_of(rule, mention.key, now),
        brand=mention.brand,
        rule=rule,
        team=wanted.team,
        opened_at=now,
        published_at=mention.post.published_at or now,
        waiting_since=now,
        claim_due_at=wanted.claim_due_at,
        answer_due_at=wanted.answer_due_at,
        priority=mention.priority.score,
    )
    case_rows.write(db, case, check_at=now)
    members.add(db, case, mention, story, now)
    return case


def _join(
    db: "Database", case: Case, order: Order, mention: Mention, story: str, now: datetime
) -> tuple[Case, bool]:
    """One more. Who was answered waits again, and that is news."""
    is_new = members.add(db, case, mention, story, now)
    grown = replace(
        case,
        mentions=case.mentions + 1,
        authors=case.authors + is_new,
        priority=max(case.priority, order.priority),
        published_at=min(case.published_at, mention.post.published_at or now),
    )
    act = Act(f"joined:{mention.key}", "joined", LISTENER, LISTENER, now)
    reopens = case.state == "answered"
    changed = after(grown, act)
    if reopens and order.case is not None:
        claim_due_at = order.case.claim_due_at if changed.state == "new" else None
        changed = replace(
            changed, claim_due_at=claim_due_at, answer_due_at=order.case.answer_due_at
        )
    case_rows.insert_act(db, case.key, act, now, told=reopens)
    case_rows.write(db, changed, check_at=now)
    return changed, reopens


def _back(db: "Database", case: Case, now: datetime) -> tuple[Case, bool]:
    """A case that was closed because nothing was left of it, and now something is again."""
    if case.state != "closed" or not case.mentions:
        return case, False
    last = db.execute(
        "SELECT key FROM acts WHERE case_key = ? AND kind IN ('close', 'not_ours') ORDER BY n DESC",
        (case.key,),
    ).fetchone()
    if last is None or not last["key"].startswith("gone:"):
        return case, False
    return _by_listener(db, case, "reopen", f"back:{case.version}", now), True


def _by_listener(
    db: "Database", case: Case, kind: ActKind, key: str, now: datetime, text: str = ""
) -> Case:
    act = Act(key, kind, LISTENER, LISTENER, now, text=text)
    return do(db, case, act, now)


def _recounted(db: "Database", case: Case, now: datetime) -> Case:
    """The case with its counts as they are now."""
    mentions, authors = members.counts(db, case.key)
    if (mentions, authors) == (case.mentions, case.authors):
        return case
    counted = replace(case, mentions=mentions, authors=authors, version=case.version + 1)
    case_rows.write(db, counted, check_at=None if case.state == "closed" else now)
    return counted


def _answered_before(db: "Database", mention: Mention, now: datetime) -> None:
    """The answer may have been seen before the mention was judged."""
    rows = db.execute(
        "SELECT * FROM answers WHERE parent = ? AND brand = ? ORDER BY answered_at",
        (mention.post.id, mention.brand),
    ).fetchall()
    seen = (mention.post.id, mention.brand)
    answered(db, [Answer(*seen, row["post_id"], moment(row["answered_at"])) for row in rows], now)


def _answer_in_public(
    db: "Database", case: Case, parent: str, answer: Answer, now: datetime
) -> None:
    """One reply answers once, and only what was written before it."""
    if case.state in {"answered", "closed"} or _wrote_again(db, parent, answer.at):
        return
    at = min(answer.at, now)
    via = IN_PLACE if answer.post_id == answer.parent else IN_PUBLIC
    act = Act(f"answer:{answer.post_id}", "answer", _own_account(db, answer), via, at)
    if not is_known(db, case, act):
        do(db, case, act, now)


def _wrote_again(db: "Database", parent: str, at: datetime) -> bool:
    """Whether the one who was answered wrote into the same case after that."""
    row = db.execute(
        """SELECT 1 FROM case_members a JOIN case_members b ON b.case_key = a.case_key
           AND b.author = a.author AND b.author <> '' JOIN mentions m ON m.key = b.mention
           WHERE a.mention = ? AND m.state <> 'withdrawn' AND m.published_at > ? LIMIT 1""",
        (parent, stamp(at)),
    ).fetchone()
    return row is not None


def _own_account(db: "Database", answer: Answer) -> str:
    """The account that replied: the brand's own, so no stranger's name.

    A call that was taken says so itself, and is by who called.
    """
    if answer.post_id == answer.parent:
        return answer.brand
    row = db.execute(
        "SELECT site, author_handle FROM posts WHERE id = ?", (answer.post_id,)
    ).fetchone()
    if row is None or not row["author_handle"]:
        return answer.brand
    return f"{row['site']}:{row['author_handle']}"
