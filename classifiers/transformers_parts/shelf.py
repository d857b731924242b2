"""The folder ``models`` beside a config file: what was added, adding and removing."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from classifiers.transformers_parts.card import NAME, Card, read_card
from classifiers.transformers_parts.labels import parsed
from listener.ports import Reject
from listener.suggest import suggestion
from listener.text import shown

MODELS_FOLDER = "models"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The models in ``folder``; ``say`` tells how far a long piece of work is."""

    folder: Path
    say: Callable[[str], None]

    def add(
        self,
        source: str,
        *,
        name: str = "",
        kind: str = "sentiment",
        labels: str = "",
        int8: bool | None = None,
        revision: str = "",
    ) -> Card:
        """Fetch, export, shrink and check; see :func:`adding.add`. Raises Reject and Retry."""
        from classifiers.transformers_parts.adding import Wanted, add

        try:
            stated = parsed(labels)
        except ValueError as error:
            raise Reject(f"--labels: {error}") from None
        return add(self.folder, Wanted(source, name, kind, stated, int8, revision), self.say)

    def models(self) -> Iterator[tuple[Path, Card | str]]:
        """Every folder with its card, or with what is wrong with it."""
        for path in sorted(self.folder.glob("[!.]*")):
            if path.is_dir():
                try:
                    yield path, read_card(path)
                except ValueError as error:
                    yield path, str(error)

    def remove(self, name: str) -> Path:
        """Delete a model's folder, and what an addition that broke off left of it."""
        path = self.folder / name
        names = [path.name for path, _ in self.models()]
        if not NAME.fullmatch(name) or name not in names:
            raise Reject(f"no model '{shown(name, 100)}' in {self.folder}{suggestion(name, names)}")
        try:
            shutil.rmtree(self.folder / f".{name}.part", ignore_errors=True)
            shutil.rmtree(path)
        except OSError as error:
            raise Reject(f"{error.filename}: {error.strerror}") from None
        return path
