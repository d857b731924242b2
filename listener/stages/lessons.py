"""The judges with what they learned of corrections, each lesson for the brand it was made for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from listener.model import Mention, Tag
from listener.ports import Classifier, Teachable
from listener.stages.tag import Judge
from listener.store.learning_port import Lesson, LessonBook

log = structlog.get_logger("lessons")


@dataclass(frozen=True, slots=True)
class TaughtClassifier:
    """Judges each mention by its brand's lesson, else by the one for all, else as shipped."""

    shipped: Classifier
    by_brand: Mapping[str, Classifier]

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag each, in order. ``by`` tells which lesson it was judged by."""
        places: dict[str, list[int]] = {}
        for at, mention in enumerate(mentions):
            brand = mention.brand if mention.brand in self.by_brand else ""
            places.setdefault(brand, []).append(at)
        found: dict[int, Tag] = {}
        for brand, here in places.items():
            classifier = self.by_brand.get(brand, self.shipped)
            tags = classifier.tag([mentions[at] for at in here])
            found.update(zip(here, tags, strict=True))
        return [found[at] for at in range(len(mentions))]


@dataclass
class LessonWatch:
    """The judges by the lessons that are taken up now; made anew only when those are others."""

    book: LessonBook
    shipped: Sequence[Judge]
    _numbers: tuple[int, ...] = ()
    _judges: Sequence[Judge] = field(default_factory=list)

    def judges(self) -> Sequence[Judge]:
        """A cheap look at the numbers of the lessons, and where they changed the new judges."""
        if not self._judges or self.book.active() != self._numbers:
            lessons = self.book.taken_up()
            self._judges = taught_judges(self.shipped, lessons)
            self._numbers = tuple(lesson.number for lesson in lessons)
            if lessons:
                log.info("lessons taken up", numbers=list(self._numbers))
        return self._judges


def taught_judges(judges: Sequence[Judge], lessons: Sequence[Lesson]) -> list[Judge]:
    """The judges with these lessons. One that can't be taken up is told of and passed over."""
    return [Judge(one.kind, _taught(one, lessons)) for one in judges]


def _taught(judge: Judge, lessons: Sequence[Lesson]) -> Classifier:
    by_brand = {
        lesson.brand: taught
        for lesson in lessons
        if lesson.kind == judge.kind and (taught := _with(judge, lesson))
    }
    return TaughtClassifier(judge.classifier, by_brand) if by_brand else judge.classifier


def _with(judge: Judge, lesson: Lesson) -> Classifier | None:
    """The classifier with the lesson, or None and a word in the log where it can't have it."""
    if not isinstance(judge.classifier, Teachable):
        log.warning("its judge can't be taught", kind=judge.kind, lesson=lesson.number)
        return None
    try:
        return judge.classifier.taught(lesson.layer, lesson.number)
    except Exception as error:  # noqa: BLE001  a plugin's fault must not stop the judging
        reason = str(error) or type(error).__name__
        log.warning("a lesson can't be used", kind=judge.kind, lesson=lesson.number, reason=reason)
        return None
