"""``listener digest``: a period told, on stdout or as files."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from listener.cli.shared import BadUse, configured, period_from, plain, stored
from listener.clock import utc_now
from listener.config import Config
from listener.coverage import Coverage, Period, view
from listener.digest import Digest, digest
from listener.digest.html import html_page
from listener.digest.markdown import markdown_page
from listener.store import Store, StoreUnavailable
from listener.suggest import suggestion


def write_digest(path: Path, since: str, until: str, formats: str, out: Path | None) -> None:
    """One format goes to stdout unless a folder is named; several go to files, in ``digests``."""
    wanted = _formats(formats)
    config = configured(path)
    now = utc_now()
    period = _period(config, since, until, now)
    store = stored(config)
    try:
        told = _told(config, store, period)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    finally:
        store.close()
    if out is None and len(wanted) == 1:
        sys.stdout.write(_PAGES[wanted[0]](told) + "\n")
        return
    for form in wanted:
        print(_write(out or Path("digests"), period, config, form, _PAGES[form](told)))


def _formats(stated: str) -> list[str]:
    wanted = [form.strip() for form in stated.split(",") if form.strip()]
    unknown = [form for form in wanted if form not in _PAGES]
    if unknown or not wanted:
        what = f"'{unknown[0]}' is no format{suggestion(unknown[0], _PAGES)}" if unknown else "none"
        msg = f"--format: {what}; this version writes {', '.join(_PAGES)}"
        raise BadUse(msg)
    return list(dict.fromkeys(wanted))


def _period(config: Config, since: str, until: str, now: datetime) -> Period:
    start, end = period_from(since, until, now, config.zone)
    return Period(start, end)


def _told(config: Config, store: Store, period: Period) -> Digest:
    return digest(
        store.mentions(period.since, period.until),
        _before(config, store, Period(period.since - period.length, period.since)),
        _coverage(config, store, period),
        period,
        config.zone,
        frozenset(brand.id for brand in config.brands if brand.competitor),
    )


def _before(config: Config, store: Store, period: Period) -> dict[str, int | None]:
    """Each brand's count in the period before; None unless every source was seen throughout."""
    whole = all(view(one, period).is_whole for one in _coverage(config, store, period))
    counts = store.mention_counts(period.since, period.until) if whole else {}
    return {brand.id: counts.get(brand.id, 0) if whole else None for brand in config.brands}


def _coverage(config: Config, store: Store, period: Period) -> list[Coverage]:
    listens_for = {source.name: frozenset(source.brands) for source in config.sources}
    return [
        replace(seen, brands=listens_for.get(seen.source, frozenset()))
        for seen in store.watched(period.since, period.until)
    ]


def _write(folder: Path, period: Period, config: Config, form: str, page: str) -> Path:
    days = [moment.astimezone(config.zone).date().isoformat() for moment in asdict(period).values()]
    path = folder / f"digest-{'--'.join(days)}.{form}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        msg = f"{path} can't be written: {error.strerror}"
        raise BadUse(msg) from None
    return path


def _json_page(told: Digest) -> str:
    return json.dumps(plain(asdict(told)), ensure_ascii=False, indent=2)


_PAGES: dict[str, Callable[[Digest], str]] = {
    "md": markdown_page,
    "html": html_page,
    "json": _json_page,
}
