"""A disk that may forget what was not synced, for SQLite to write on.

Each file knows what is surely kept, and the changes since. Each name knows which files it may lead
to after a power cut: creating and deleting are changes of the folder, which has to be synced too.
SQLite reaches it through apsw's VFS, as it reaches a real disk through its own.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

import apsw

SECTOR_BYTES = 512
FILE_NOT_THERE = None
_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL


@dataclass(frozen=True)
class Write:
    """Bytes on their way to a file."""

    offset: int
    data: bytes

    def sectors(self) -> Iterator["Write"]:
        """The same, in the pieces that a disk writes whole."""
        start, end = self.offset, self.offset + len(self.data)
        while start < end:
            until = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
            yield Write(start, self.data[start - self.offset : until - self.offset])
            start = until


@dataclass(frozen=True)
class Resize:
    """A new length on its way to a file."""

    size_bytes: int


class File:
    """A file's content now, what of it is surely kept, and the changes between the two."""

    def __init__(self, content: bytes = b"") -> None:
        self.now = bytearray(content)
        self.kept = content
        self.pending: list[Write | Resize] = []

    def change(self, change: Write | Resize) -> None:
        _apply(self.now, change)
        self.pending.append(change)

    def sync(self) -> None:
        self.kept = bytes(self.now)
        self.pending.clear()

    def after_cut(self, random: Random, luck: float) -> bytes:
        """What is kept, with any of the pending changes, each whole, torn or not at all."""
        content = bytearray(self.kept)
        for change in self.pending:
            for piece in _surviving(change, random, luck):
                _apply(content, piece)
        return bytes(content)


class Disk:
    """A folder of files. ``before_change`` is called before each: a moment to cut the power."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self._names: dict[str, list[File | None]] = {
            name: [File(content)] for name, content in (files or {}).items()
        }
        self.before_change: Callable[[], None] = lambda: None

    def file(self, name: str) -> File | None:
        """What the name leads to now."""
        return self._names.get(name, [FILE_NOT_THERE])[-1]

    def create(self, name: str) -> File:
        self.before_change()
        made = File()
        self._names.setdefault(name, [FILE_NOT_THERE]).append(made)
        return made

    def delete(self, name: str) -> None:
        self.before_change()
        self._names[name].append(FILE_NOT_THERE)

    def sync_folder(self) -> None:
        """What the names lead to now is what they lead to after a cut."""
        self._names = {name: known[-1:] for name, known in self._names.items()}

    def pending(self) -> set[str]:
        """The names of files that hold unsynced changes."""
        return {name for name in self._names if (file := self.file(name)) and file.pending}

    def after_cut(self, random: Random) -> dict[str, bytes]:
        """What is found when the power is back: one of the many things that may be."""
        luck = random.choice((0.0, 0.3, 0.7, 0.95, 1.0))
        found = {
            name: known[-1] if random.random() < luck else random.choice(known)
            for name, known in self._names.items()
        }
        return {name: file.after_cut(random, luck) for name, file in found.items() if file}


class DiskVfs(apsw.VFS):
    """Lets SQLite keep its files on a :class:`Disk`: ``apsw.Connection(name, vfs=vfs.name)``."""

    _numbers = itertools.count()

    def __init__(self, disk: Disk) -> None:
        self.name = f"volatile-{next(self._numbers)}"
        self._disk = disk
        super().__init__(self.name, base="")

    def xFullPathname(self, name: str) -> str:  # noqa: N802 (SQLite's name)
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return self._disk.file(pathname) is not None

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._disk.delete(filename)
        if syncdir:
            self._disk.sync_folder()

    def xOpen(self, name: object, flags: list[int]) -> "OpenFile":  # type: ignore[override]  # noqa: N802
        flags[1] = flags[0]
        if name is None:
            return OpenFile(Disk(), File(), syncs_folder=False)
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        file = self._disk.file(path)
        if file is None and not flags[0] & apsw.SQLITE_OPEN_CREATE:
            raise apsw.CantOpenError
        # SQLite's own VFS syncs the folder too, when it first syncs a journal it opened.
        syncs_folder = bool(flags[0] & _JOURNALS)
        return OpenFile(self._disk, file or self._disk.create(path), syncs_folder=syncs_folder)


class OpenFile:
    """One opened file. There is one connection only, so that locks need not be kept."""

    def __init__(self, disk: Disk, file: File, *, syncs_folder: bool) -> None:
        self._disk = disk
        self._file = file
        self._syncs_folder = syncs_folder

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.before_change()
        self._file.change(Write(offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.before_change()
        self._file.change(Resize(newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.before_change()
        self._file.sync()
        if self._syncs_folder:
            self._disk.sync_folder()
            self._syncs_folder = False

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.now)

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        """As on Linux: a torn write harms no byte beside it."""
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        return False

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xClose(self) -> None:  # noqa: N802
        pass


def _apply(content: bytearray, change: Write | Resize) -> None:
    end = change.size_bytes if isinstance(change, Resize) else change.offset
    if isinstance(change, Resize):
        del content[end:]
    content.extend(bytes(max(0, end - len(content))))
    if isinstance(change, Write):
        content[end : end + len(change.data)] = change.data


def _surviving(change: Write | Resize, random: Random, luck: float) -> Iterator[Write | Resize]:
    """The change, some sectors of it (the others old, or rubbish), or nothing."""
    if random.random() < luck:
        yield change
    elif isinstance(change, Write) and random.random() < 0.5:
        for piece in change.sectors():
            if random.random() < 0.5:
                yield piece
            elif random.random() < 0.2:
                yield Write(piece.offset, random.randbytes(len(piece.data)))
