"""The tables, as numbered migrations. A released migration is never changed, only followed.

Times are UTC in ISO 8601 with microseconds, so that they sort as text and read as times.
"""

from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("listener")

_LEASE = "lease_token INTEGER, lease_owner TEXT, lease_until TEXT"


@migrations()
def m0001_posts_and_mentions(db: "Database") -> None:
    """What was published, and whom it is about."""
    _each(
        db,
        """CREATE TABLE posts (
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, site TEXT NOT NULL,
            native_id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
            text TEXT NOT NULL, url TEXT NOT NULL, author_handle TEXT NOT NULL,
            author_name TEXT NOT NULL, author_followers INTEGER, published_at TEXT NOT NULL,
            seen_at TEXT NOT NULL, edited_at TEXT, deleted_at TEXT, language TEXT NOT NULL,
            in_reply_to TEXT NOT NULL, likes INTEGER NOT NULL, shares INTEGER NOT NULL,
            replies INTEGER NOT NULL, views INTEGER NOT NULL, links TEXT NOT NULL,
            content TEXT NOT NULL)""",
        """CREATE TABLE mentions (
            n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
            post_id TEXT NOT NULL REFERENCES posts(id), brand TEXT NOT NULL,
            source TEXT NOT NULL, directness TEXT NOT NULL, evidence TEXT NOT NULL,
            published_at TEXT NOT NULL, seen_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'new', priority INTEGER NOT NULL DEFAULT 0,
            priority_reasons TEXT NOT NULL DEFAULT '[]', tagged_at TEXT,
            attempts INTEGER NOT NULL DEFAULT 0, """
        + _LEASE
        + ")",
        "CREATE INDEX mentions_waiting ON mentions (directness, n) WHERE state = 'new'",
        "CREATE INDEX mentions_of_brand ON mentions (brand, published_at)",
        "CREATE INDEX mentions_by_time ON mentions (published_at)",
        "CREATE INDEX mentions_of_post ON mentions (post_id)",
        """CREATE TABLE tags (
            mention TEXT NOT NULL REFERENCES mentions(key), kind TEXT NOT NULL,
            made_by TEXT NOT NULL, label TEXT NOT NULL, score REAL NOT NULL,
            reasons TEXT NOT NULL, tagged_at TEXT NOT NULL,
            PRIMARY KEY (mention, kind, made_by)) WITHOUT ROWID""",
    )
    db.table("posts").enable_fts(
        ["title", "text"], create_triggers=True, tokenize="unicode61 remove_diacritics 2"
    )


@migrations()
def m0002_sources(db: "Database") -> None:
    """The schedule as data, how each source fares, and what of it was seen."""
    _each(
        db,
        """CREATE TABLE sources (
            name TEXT PRIMARY KEY, planned INTEGER NOT NULL, poll_seconds REAL NOT NULL,
            cursor TEXT, due_at TEXT NOT NULL, watched_since TEXT NOT NULL,
            last_try_at TEXT, last_ok_at TEXT, last_post_at TEXT,
            failures INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
            polls INTEGER NOT NULL DEFAULT 0, posts INTEGER NOT NULL DEFAULT 0,
            rejects INTEGER NOT NULL DEFAULT 0, """
        + _LEASE
        + ")",
        """CREATE TABLE faults (
            source TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL,
            since TEXT NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (source, place))""",
        """CREATE TABLE rejects (
            n INTEGER PRIMARY KEY, source TEXT NOT NULL, place TEXT NOT NULL,
            reason TEXT NOT NULL, at TEXT NOT NULL)""",
        """CREATE TABLE coverage (
            n INTEGER PRIMARY KEY, source TEXT NOT NULL, since TEXT NOT NULL,
            until TEXT NOT NULL, cause TEXT NOT NULL)""",
        "CREATE INDEX coverage_of_source ON coverage (source, until)",
    )


@migrations()
def m0003_outbox(db: "Database") -> None:
    """What must be told, to whom, and how telling it went."""
    _each(
        db,
        """CREATE TABLE outbox (
            key TEXT PRIMARY KEY, thread TEXT NOT NULL, revision INTEGER NOT NULL,
            started_at TEXT NOT NULL, rule TEXT NOT NULL, burst TEXT NOT NULL,
            channel TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
            body TEXT NOT NULL, priority INTEGER NOT NULL, created_at TEXT NOT NULL,
            paced_at TEXT NOT NULL, due_at TEXT NOT NULL, next_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
            settled_at TEXT, receipt TEXT, reason TEXT NOT NULL DEFAULT '', """
        + _LEASE
        + ")",
        "CREATE INDEX outbox_pending ON outbox (channel, next_at) WHERE state = 'pending'",
        "CREATE INDEX outbox_of_burst ON outbox (rule, channel, burst, created_at)",
        "CREATE INDEX outbox_of_thread ON outbox (thread, revision)",
        "CREATE INDEX outbox_by_state ON outbox (state, settled_at)",
        """CREATE TABLE told (
            mention TEXT NOT NULL, rule TEXT NOT NULL, channel TEXT NOT NULL,
            key TEXT NOT NULL REFERENCES outbox(key),
            PRIMARY KEY (mention, rule, channel)) WITHOUT ROWID""",
        "CREATE INDEX told_by_key ON told (key)",
        """CREATE TABLE deliveries (
            n INTEGER PRIMARY KEY, key TEXT NOT NULL, attempt INTEGER NOT NULL,
            at TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
            owner TEXT NOT NULL)""",
        """CREATE TABLE alarms (
            rule TEXT NOT NULL, subject TEXT NOT NULL, since TEXT NOT NULL,
            title TEXT NOT NULL, PRIMARY KEY (rule, subject))""",
        "CREATE TABLE beats (role TEXT PRIMARY KEY, at TEXT NOT NULL)",
        "CREATE TABLE fence (one INTEGER PRIMARY KEY CHECK (one = 1), token INTEGER NOT NULL)",
        "INSERT INTO fence VALUES (1, 0)",
    )


@migrations()
def m0004_verdicts_and_marks(db: "Database") -> None:
    """Whether a post that names a brand is about it, as judged and as people said."""
    _each(
        db,
        "ALTER TABLE mentions ADD COLUMN verdict TEXT NOT NULL DEFAULT 'yes'",
        "ALTER TABLE mentions ADD COLUMN verdict_score REAL NOT NULL DEFAULT 1",
        "ALTER TABLE mentions ADD COLUMN verdict_reasons TEXT NOT NULL DEFAULT '[]'",
        """CREATE TABLE marks (
            post_id TEXT NOT NULL REFERENCES posts(id), brand TEXT NOT NULL,
            about INTEGER NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
            PRIMARY KEY (post_id, brand)) WITHOUT ROWID""",
        "CREATE INDEX posts_by_author ON posts (site, author_handle)",
        "CREATE INDEX posts_by_time ON posts (published_at, n)",
    )


@migrations()
def m0005_coverage_budget_and_removal(db: "Database") -> None:
    """What was missed and read after all, what asking cost, what must be looked at again."""
    _each(
        db,
        "ALTER TABLE posts ADD COLUMN author_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE posts ADD COLUMN author_verified INTEGER",
        "ALTER TABLE posts ADD COLUMN conversation TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE posts ADD COLUMN check_at TEXT",
        "ALTER TABLE posts ADD COLUMN checked_at TEXT",
        "ALTER TABLE posts ADD COLUMN forgotten_at TEXT",
        "CREATE INDEX posts_to_check ON posts (source, check_at) WHERE check_at IS NOT NULL",
        "CREATE INDEX posts_by_author_id ON posts (site, author_id)",
        "ALTER TABLE coverage ADD COLUMN place TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE coverage ADD COLUMN filled_at TEXT",
        # While set, the source is still reading what was published in this gap.
        "ALTER TABLE coverage ADD COLUMN reading INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX coverage_being_read ON coverage (source) WHERE reading",
        "ALTER TABLE sources ADD COLUMN trouble TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sources ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'",
        """CREATE TABLE spending (
            source TEXT NOT NULL, looks INTEGER NOT NULL, first_day TEXT NOT NULL,
            last_day TEXT NOT NULL, requests INTEGER NOT NULL, posts INTEGER NOT NULL,
            money_micros INTEGER NOT NULL, polls INTEGER NOT NULL,
            PRIMARY KEY (source, looks, first_day, last_day)) WITHOUT ROWID""",
        """CREATE TABLE reservations (
            n INTEGER PRIMARY KEY, source TEXT NOT NULL, looks INTEGER NOT NULL,
            first_day TEXT NOT NULL, last_day TEXT NOT NULL, requests INTEGER NOT NULL,
            posts INTEGER NOT NULL, money_micros INTEGER NOT NULL)""",
        "CREATE INDEX reservations_of_source ON reservations (source)",
        """CREATE TABLE rechecks (
            source TEXT PRIMARY KEY, planned INTEGER NOT NULL, posts_max INTEGER NOT NULL,
            dear INTEGER NOT NULL, due_at TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '', last_ok_at TEXT, """
        + _LEASE
        + ")",
        """CREATE TABLE answers (
            parent TEXT NOT NULL, brand TEXT NOT NULL, post_id TEXT NOT NULL,
            answered_at TEXT NOT NULL, PRIMARY KEY (parent, brand, post_id)) WITHOUT ROWID""",
        """CREATE TABLE retracted (
            key TEXT NOT NULL REFERENCES outbox(key), post_id TEXT NOT NULL,
            PRIMARY KEY (key, post_id)) WITHOUT ROWID""",
        "CREATE TABLE chores (name TEXT PRIMARY KEY, since TEXT NOT NULL)",
        "CREATE INDEX posts_by_author_any_case ON posts (site, author_handle COLLATE NOCASE)",
        "CREATE INDEX answers_by_post ON answers (post_id)",
        "CREATE INDEX retracted_by_post ON retracted (post_id)",
        "CREATE INDEX deliveries_by_key ON deliveries (key)",
        # Posts from before are looked at again too, where their source can.
        "UPDATE posts SET check_at = seen_at WHERE deleted_at IS NULL",
    )


@migrations()
def m0006_cases(db: "Database") -> None:
    """What people own and did, where that is told, and the desks that are asked for more."""
    _each(
        db,
        """CREATE TABLE cases (
            key TEXT PRIMARY KEY, brand TEXT NOT NULL, rule TEXT NOT NULL, team TEXT NOT NULL,
            opened_at TEXT NOT NULL, published_at TEXT NOT NULL, waiting_since TEXT NOT NULL,
            state TEXT NOT NULL, owner TEXT NOT NULL, claimed_at TEXT, answered_at TEXT,
            closed_at TEXT, snoozed_until TEXT, claim_due_at TEXT, answer_due_at TEXT,
            step INTEGER NOT NULL, version INTEGER NOT NULL, priority INTEGER NOT NULL,
            mentions INTEGER NOT NULL, authors INTEGER NOT NULL, check_at TEXT)""",
        "CREATE INDEX cases_to_check ON cases (check_at) WHERE check_at IS NOT NULL",
        "CREATE INDEX cases_by_state ON cases (state, priority)",
        """CREATE TABLE case_members (
            mention TEXT PRIMARY KEY REFERENCES mentions(key),
            case_key TEXT NOT NULL REFERENCES cases(key), author TEXT NOT NULL,
            story TEXT NOT NULL, joined_at TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX case_members_of_case ON case_members (case_key)",
        "CREATE INDEX case_members_by_author ON case_members (author, joined_at)",
        "CREATE INDEX case_members_by_story ON case_members (story, joined_at)",
        """CREATE TABLE acts (
            n INTEGER PRIMARY KEY, case_key TEXT NOT NULL REFERENCES cases(key),
            key TEXT NOT NULL, kind TEXT NOT NULL, made_by TEXT NOT NULL, via TEXT NOT NULL,
            at TEXT NOT NULL, until TEXT, tag_kind TEXT NOT NULL, label TEXT NOT NULL,
            text TEXT NOT NULL, told INTEGER NOT NULL, saved_at TEXT NOT NULL,
            UNIQUE (case_key, key))""",
        "CREATE INDEX acts_of_case ON acts (case_key, n)",
        """CREATE TABLE case_threads (
            case_key TEXT NOT NULL REFERENCES cases(key), channel TEXT NOT NULL,
            thread TEXT NOT NULL, follows INTEGER NOT NULL,
            PRIMARY KEY (case_key, channel)) WITHOUT ROWID""",
        "ALTER TABLE outbox ADD COLUMN case_key TEXT NOT NULL DEFAULT ''",
        # The last act that the telling tells of, and so those before it.
        "ALTER TABLE outbox ADD COLUMN acts_until INTEGER NOT NULL DEFAULT 0",
        # When trying began anew: it was sent again by hand, or its channel had stood still.
        "ALTER TABLE outbox ADD COLUMN tried_since TEXT",
        "CREATE INDEX outbox_by_receipt ON outbox (channel, receipt) WHERE case_key <> ''",
        # What a telling showed beside its own mentions, and must be taken back too.
        """CREATE TABLE shown (
            key TEXT NOT NULL REFERENCES outbox(key), post_id TEXT NOT NULL,
            PRIMARY KEY (key, post_id)) WITHOUT ROWID""",
        "CREATE INDEX shown_by_post ON shown (post_id)",
        """CREATE TABLE desks (
            channel TEXT PRIMARY KEY, planned INTEGER NOT NULL, every_seconds REAL NOT NULL,
            cursor TEXT, due_at TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '', last_ok_at TEXT, """
        + _LEASE
        + ")",
    )


@migrations()
def m0007_control_and_stories(db: "Database") -> None:
    """What people want silent or said was wrong, refused channels, and which posts say the same."""
    _each(
        db,
        """CREATE TABLE silences (
            n INTEGER PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL,
            made_by TEXT NOT NULL, reason TEXT NOT NULL, rules TEXT NOT NULL,
            brands TEXT NOT NULL, sites TEXT NOT NULL, authors TEXT NOT NULL,
            channels TEXT NOT NULL)""",
        "CREATE INDEX silences_by_end ON silences (until)",
        """CREATE TABLE silenced (
            n INTEGER PRIMARY KEY, at TEXT NOT NULL, mention TEXT NOT NULL, rule TEXT NOT NULL,
            channel TEXT NOT NULL, silence INTEGER NOT NULL,
            UNIQUE (mention, rule, channel, silence))""",
        "CREATE INDEX silenced_by_time ON silenced (at, n)",
        """CREATE TABLE corrections (
            n INTEGER PRIMARY KEY, mention TEXT NOT NULL, kind TEXT NOT NULL,
            label TEXT NOT NULL, made_by TEXT NOT NULL, at TEXT NOT NULL)""",
        """CREATE TABLE channel_troubles (
            channel TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL,
            since TEXT NOT NULL)""",
        # Numbers are never given twice, so that who read up to one has missed nothing.
        """CREATE TABLE stories (
            n INTEGER PRIMARY KEY AUTOINCREMENT, post_id TEXT NOT NULL UNIQUE,
            story TEXT NOT NULL, seen_at TEXT NOT NULL)""",
        "CREATE INDEX deliveries_by_time ON deliveries (at, n)",
        "CREATE INDEX outbox_by_creation ON outbox (created_at, key) WHERE state = 'pending'",
        "CREATE INDEX outbox_escalations ON outbox (channel, created_at) WHERE kind = 'escalation'",
    )


@migrations()
def m0008_corrections_and_lessons(db: "Database") -> None:
    """What people corrected, found quickly; what was learned of it; how far a retagging came."""
    _each(
        db,
        # How probable every label was, as JSON, where the classifier told it.
        "ALTER TABLE tags ADD COLUMN chances TEXT NOT NULL DEFAULT '{}'",
        "CREATE INDEX corrections_of_mention ON corrections (mention, kind, at, n)",
        "CREATE INDEX stories_by_story ON stories (story, n)",
        "CREATE INDEX corrections_by_time ON corrections (at, n)",
        # Numbers are never given twice: tags name the lesson that they were made with.
        """CREATE TABLE lessons (
            n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, brand TEXT NOT NULL,
            made_at TEXT NOT NULL, made_by TEXT NOT NULL, examples INTEGER NOT NULL,
            corrections_until INTEGER NOT NULL, before REAL, after REAL, general_before REAL,
            general_after REAL, layer TEXT NOT NULL, active INTEGER NOT NULL)""",
        "CREATE INDEX lessons_active ON lessons (n) WHERE active",
        """CREATE TABLE retags (
            n INTEGER PRIMARY KEY, asked TEXT NOT NULL UNIQUE, since TEXT NOT NULL,
            brand TEXT NOT NULL, begun_at TEXT NOT NULL, after_n INTEGER NOT NULL,
            until_n INTEGER NOT NULL, total INTEGER NOT NULL, seen INTEGER NOT NULL,
            changed TEXT NOT NULL)""",
    )


@migrations()
def m0009_pushed_and_linked(db: "Database") -> None:
    """What sites tell beside the words, what others push to us, and accounts of one person."""
    _each(
        db,
        "ALTER TABLE posts ADD COLUMN medium TEXT NOT NULL DEFAULT 'post'",
        "ALTER TABLE posts ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'",
        """CREATE TABLE fact_changes (
            n INTEGER PRIMARY KEY, post_id TEXT NOT NULL REFERENCES posts(id),
            name TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL)""",
        "CREATE INDEX fact_changes_of_post ON fact_changes (post_id, name, n)",
        """CREATE TABLE supporters (
            post_id TEXT NOT NULL, account TEXT NOT NULL, handle TEXT NOT NULL,
            name TEXT NOT NULL, voted_at TEXT, seen_at TEXT NOT NULL, left_at TEXT,
            PRIMARY KEY (post_id, account)) WITHOUT ROWID""",
        "CREATE INDEX supporters_by_account ON supporters (account)",
        # Numbers are never given twice: they are the order in which things arrived.
        """CREATE TABLE arrivals (
            n INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, key TEXT NOT NULL,
            body BLOB NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
            settled_at TEXT, reason TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT '',
            sent_at TEXT, due_at TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0,
            UNIQUE (source, key))""",
        "CREATE INDEX arrivals_refused ON arrivals (n) WHERE state = 'refused'",
        "CREATE INDEX arrivals_about ON arrivals (about, source, n) WHERE about <> ''",
        "CREATE INDEX arrivals_waiting ON arrivals (source, n) WHERE state = 'waiting'",
        "CREATE INDEX arrivals_settled ON arrivals (settled_at) WHERE settled_at IS NOT NULL",
        """CREATE TABLE intakes (
            source TEXT PRIMARY KEY, due_at TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '', """
        + _LEASE
        + ")",
        """CREATE TABLE linked_accounts (
            site TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, person TEXT NOT NULL,
            made_by TEXT NOT NULL, made_at TEXT NOT NULL,
            PRIMARY KEY (site, name)) WITHOUT ROWID""",
        "CREATE INDEX linked_accounts_of_person ON linked_accounts (person)",
    )


@migrations()
def m0010_imports(db: "Database") -> None:
    """Other tools' exports that were read into the store, and how far each came."""
    _each(
        db,
        """CREATE TABLE imports (
            n INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
            layout TEXT NOT NULL, asked TEXT NOT NULL, begun_at TEXT NOT NULL,
            finished_at TEXT, place INTEGER NOT NULL, line INTEGER NOT NULL,
            counts TEXT NOT NULL, first_at TEXT, last_at TEXT, rejects TEXT NOT NULL)""",
    )


def _each(db: "Database", *statements: str) -> None:
    for statement in statements:
        db.execute(statement)
