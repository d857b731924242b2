"""Lessons, in SQL: the versions of what classifiers learned of corrections."""

from typing import TYPE_CHECKING

from listener.store.learning_port import Lesson
from listener.store.rows import Row, moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

KEPT_MAX = 50
"""So many versions of each kind and brand are kept, and the one that is taken up."""

_ALL_BUT_LAYER = """n, kind, brand, made_at, made_by, examples, corrections_until, before, after,
    general_before, general_after, active"""


def keep(db: "Database", lesson: Lesson) -> int:
    """Keep it under a new number and take it up."""
    row = db.execute(
        """INSERT INTO lessons (kind, brand, made_at, made_by, examples, corrections_until,
               before, after, general_before, general_after, layer, active)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING n""",
        (
            lesson.kind,
            lesson.brand,
            stamp(lesson.made_at),
            lesson.made_by,
            lesson.examples,
            lesson.corrections_until,
            lesson.before,
            lesson.after,
            lesson.general_before,
            lesson.general_after,
            lesson.layer,
        ),
    ).fetchone()
    number = int(row["n"])
    take_up(db, lesson.kind, lesson.brand, number)
    _drop_old(db, lesson.kind, lesson.brand)
    return number


def take_up(db: "Database", kind: str, brand: str, number: int) -> None:
    """Take up this one of its kind and brand; 0: none."""
    db.execute(
        "UPDATE lessons SET active = (n = ?) WHERE kind = ? AND brand = ?", (number, kind, brand)
    )


def versions(db: "Database") -> list[Lesson]:
    """All of them without their layers, the newest first."""
    rows = db.execute(f"SELECT {_ALL_BUT_LAYER}, '' AS layer FROM lessons ORDER BY n DESC")
    return [_lesson_of(row) for row in rows.fetchall()]


def active(db: "Database") -> tuple[int, ...]:
    """The numbers of those that are taken up."""
    rows = db.execute("SELECT n FROM lessons WHERE active ORDER BY n")
    return tuple(row["n"] for row in rows.fetchall())


def taken_up(db: "Database") -> list[Lesson]:
    """Those that are taken up, by number."""
    rows = db.execute(f"SELECT {_ALL_BUT_LAYER}, layer FROM lessons WHERE active ORDER BY n")
    return [_lesson_of(row) for row in rows.fetchall()]


def layer(db: "Database", number: int) -> str | None:
    """Its layer, if it is there."""
    row = db.execute("SELECT layer FROM lessons WHERE n = ?", (number,)).fetchone()
    return None if row is None else str(row["layer"])


def _drop_old(db: "Database", kind: str, brand: str) -> None:
    db.execute(
        """DELETE FROM lessons WHERE kind = :kind AND brand = :brand AND NOT active AND n NOT IN (
               SELECT n FROM lessons WHERE kind = :kind AND brand = :brand
               ORDER BY n DESC LIMIT :kept)""",
        {"kind": kind, "brand": brand, "kept": KEPT_MAX},
    )


def _lesson_of(row: Row) -> Lesson:
    return Lesson(
        kind=row["kind"],
        brand=row["brand"],
        made_at=moment(row["made_at"]),
        made_by=row["made_by"],
        examples=row["examples"],
        corrections_until=row["corrections_until"],
        before=row["before"],
        after=row["after"],
        general_before=row["general_before"],
        general_after=row["general_after"],
        layer=row["layer"],
        active=bool(row["active"]),
        number=row["n"],
    )
