"""One way of judging in a process of its own, measured; :mod:`benchmarks.judging` starts these.

What comes out is a JSON object: ``ready_seconds`` from the process' start until a post of each
language was judged, whose word lists are loaded at the first, ``loaded_mib`` and ``run_mib`` of
resident memory then and at the end, ``per_second`` posts, ``cpu_ms`` of the processor for a post,
``alone_ms`` for each urgent post given alone, and what the way of judging says of itself.
"""

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BATCH = 50
"""As the tag stage takes them."""

Ask = Callable[[Sequence[dict[str, Any]]], object]


def main(arguments: Sequence[str]) -> None:
    """``FOLDER TIER``: print what was measured."""
    folder, tier = Path(arguments[0]), arguments[1]
    posts = _posts(folder / "posts.jsonl")
    urgent = _posts(folder / "urgent.jsonl")
    ask, batch, about = TIERS[tier](folder)
    ask([*{post["id"][:2]: post for post in urgent}.values()])
    told: dict[str, Any] = {"ready_seconds": _age_seconds(), "loaded_mib": _resident_mib()}
    if tier.startswith("pipeline"):
        posts, urgent = posts[: int(arguments[2])], urgent[: int(arguments[2]) // 2]
    began, worked = time.perf_counter(), time.process_time()
    for start in range(0, len(posts), batch):
        ask(posts[start : start + batch])
    told["per_second"] = len(posts) / (time.perf_counter() - began)
    told["cpu_ms"] = (time.process_time() - worked) / len(posts) * 1e3
    told["alone_ms"] = [_milliseconds(ask, post) for post in urgent[1:]]
    told["run_mib"] = _resident_mib()
    print(json.dumps(told | about))


def default_judges(folder: Path, config: str = "config.toml") -> tuple[Ask, int, dict[str, Any]]:
    """All judges that a config without a word about them gets."""
    from listener import logs, wiring
    from listener.config import load_config
    from listener.model import Mention
    from listener.stages.tag import judge
    from listener.wire import post_from

    logs.set_up("critical", "json", [])
    loaded = load_config(folder / config, {})
    judges, matcher = wiring.judges(loaded), wiring.matcher(loaded)
    asked: Counter[str] = Counter()

    def ask(posts: Sequence[dict[str, Any]]) -> None:
        """Matching is no part of it: a post is one mention, of the brand that is found first."""
        judged = judge(judges, [prepared[post["id"]] for post in posts])
        asked["posts"] += len(judged)
        for name, sign in (("larger model", "roberta"), ("encoder", "~encoder")):
            asked[name] += sum(any(sign in tag.by for tag in one.tags) for one in judged)
        about["about"] = f"{kinds}; asked {dict(asked)}"

    prepared = {}
    for file in ("posts.jsonl", "urgent.jsonl"):
        for post in _posts(folder / file):
            read = post_from(post, site="bench")
            prepared[post["id"]] = next(iter(matcher.match(read)), Mention(read, ""))
    kinds = ", ".join(f"{one.kind} by {one.type}" for one in loaded.judges)
    about: dict[str, Any] = {"about": kinds, "threads": len(os.sched_getaffinity(0))}
    return ask, BATCH, about


def small_alone(folder: Path) -> tuple[Ask, int, dict[str, Any]]:
    """The default judges without the transformer that ships beside the small model."""
    return default_judges(folder, "alone.toml")


def larger_all(folder: Path) -> tuple[Ask, int, dict[str, Any]]:
    """A judge of type ``transformers`` alone, asked about every mention."""
    ask, batch, about = default_judges(folder, "larger.toml")
    about["threads"] = len(os.sched_getaffinity(0))
    return ask, batch, about


def larger_doubt(folder: Path) -> tuple[Ask, int, dict[str, Any]]:
    """All default judges, and the larger one where the small one of sentiment is in doubt."""
    ask, batch, about = default_judges(folder, "doubt.toml")
    about["threads"] = len(os.sched_getaffinity(0))
    return ask, batch, about


def pipeline_1(folder: Path) -> tuple[Ask, int, dict[str, Any]]:
    """``transformers.pipeline`` as its page shows it, one text at a time."""
    return _pipeline(folder, 1)


def pipeline_16(folder: Path) -> tuple[Ask, int, dict[str, Any]]:
    """The same, 16 texts at a time."""
    return _pipeline(folder, 16)


def _pipeline(folder: Path, batch: int) -> tuple[Ask, int, dict[str, Any]]:
    import torch
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    asked = transformers.pipeline("sentiment-analysis", model=str(folder / "roberta"), device="cpu")

    def ask(posts: Sequence[dict[str, Any]]) -> None:
        texts = [post["text"] for post in posts]
        asked(texts, batch_size=batch, truncation=True, max_length=256)

    about = f"sentiment by transformers {transformers.__version__}, torch {torch.__version__}"
    return ask, BATCH if batch > 1 else 1, {"about": about, "threads": torch.get_num_threads()}


TIERS = {
    "default": default_judges,
    "small-alone": small_alone,
    "larger-all": larger_all,
    "larger-doubt": larger_doubt,
    "pipeline-1": pipeline_1,
    "pipeline-16": pipeline_16,
}


def _posts(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _milliseconds(ask: Ask, post: dict[str, Any]) -> float:
    began = time.perf_counter()
    ask([post])
    return (time.perf_counter() - began) * 1e3


def _age_seconds() -> float:
    """Since the operating system started this process."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__" and sys.argv[1:]:
    main(sys.argv[1:])
