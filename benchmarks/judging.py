"""How fast posts are judged: our judges, alone and in our pipeline, against ``transformers``.

    python -m benchmarks.judging [--posts 2000] [--baseline 100] [--rounds 3]

In one run on one machine, on the same posts (ours, of the test groups, since of posts that it was
fitted to the small model would be surer than in life; none comes twice): all judges of the default
set; the same without the transformer that ships; the same with a larger model for what the default
one of sentiment doubts; a larger model on every mention; and ``transformers.pipeline`` doing
sentiment only. The larger model is of RoBERTa-base's size with weights by chance: how fast it is
does not depend on them. Its tokenizer is trained on these very posts, so a text has fewer tokens
than it would have in earnest. Each way runs in a process of its own, by turns; the medians stand
here.

Without torch and transformers only the default judges are measured.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.load import ROOT, Hook, run

DATA = ROOT / "classifiers" / "data" / "posts"
WAYS = {
    "default": "default judges",
    "small-alone": "… doubt_below = 0",
    "larger-doubt": "… larger one in doubt",
    "larger-all": "larger one, sentiment",
    "pipeline-16": "pipeline, batch 16",
    "pipeline-1": "pipeline, batch 1",
}
WITHOUT_TORCH = ("default", "small-alone")
URGENT_MAX = 300
GOAL_RATIO, GOAL_MS = 40, 50
HEAD = ("posts/s", "cpu ms", "threads", "start s", "MiB", "at end", "one: p50", "p99 ms")
COLUMNS = ("per_second", "cpu_ms", "threads", "ready_seconds", "loaded_mib", "run_mib")
DOUBT_BELOW = 0.6
LABELS = "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive"

CONFIG = """
[listener]
database = "sqlite:bench.db"
log_level = "error"
[web]
enabled = false
[sources.file]
type = "jsonl"
path = {posts}
[channels.hook]
type = "webhook"
url = {hook}
allow_private = true
[[rules]]
name = "urgent"
when = {{ priority_min = 60 }}
send_to = ["hook"]
group_seconds = 60
{more}
{brands}
"""
ALONE = "".join(
    f"[classifiers.{kind}]\ndoubt_below = 0\n"
    for kind in ("sentiment", "spam", "urgency", "intent")
)
IN_DOUBT = f"""
[classifiers.sentiment]
type = "transformers"
model = "roberta"
doubt_below = {DOUBT_BELOW}
"""
ON_ALL = """
[classifiers]
order = ["sentiment"]
[classifiers.sentiment]
type = "transformers"
model = "roberta"
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2_000)
    parser.add_argument("--baseline", type=int, default=100, help="posts given to the pipeline")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ways = [*WAYS] if all(map(find_spec, ("torch", "transformers"))) else [*WITHOUT_TORCH]
    with tempfile.TemporaryDirectory(dir=".") as name, Hook() as hook:
        folder = Path(name).resolve()
        posts = write_posts(folder, options.posts)
        write_configs(folder, posts, hook.url)
        if len(ways) > 1:
            tokens = make_roberta(folder)
            print(f"texts have {tokens:.0f} tokens on average for the larger model", flush=True)
        else:
            print("torch or transformers is not installed (extra: export): the default judges only")
        measured: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        piped: list[dict[str, float]] = []
        for _ in range(options.rounds):
            for way in ways:
                measured[way].append(one(folder, way, options.baseline))
            piped.append(in_the_pipeline(folder, posts))
    report(measured, piped, options)


def write_posts(folder: Path, count: int) -> list[dict[str, Any]]:
    """So many posts by chance into ``posts.jsonl``, and urgent ones beside them."""
    groups = json.loads((DATA.parent / "groups.json").read_text("utf-8"))
    held = [DATA / f"{name}.jsonl" for name, told in groups.items() if told["split"] == "test"]
    every = [json.loads(line) for path in sorted(held) for line in path.open(encoding="utf-8")]
    random.Random(1).shuffle(every)
    urgent = [post for post in every if _is_urgent(post)][:URGENT_MAX]
    apart = {post["id"] for post in urgent}
    posts = [post for post in every if post["id"] not in apart][:count]
    for name, chosen in (("posts", posts), ("tenth", posts[: count // 10]), ("urgent", urgent)):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(_plain(post))}\n" for post in chosen)
    return posts


def _is_urgent(post: Mapping[str, Any]) -> bool:
    return any(" high " in told["label"] for told in post["brands"].values())


def _plain(post: Mapping[str, Any]) -> dict[str, Any]:
    author = {"handle": str(post["author"]).lstrip("@")}
    return {"id": post["id"], "site": post["site"], "author": author, "text": post["text"]}


def write_configs(folder: Path, posts: Iterable[Mapping[str, Any]], hook: str) -> None:
    """A config per way, with all brands of the posts."""
    names = sorted({name for post in posts for name in post["brands"]})
    brands = "".join(
        f"[brands.b{number}]\nnames = [{json.dumps(name)}]\n" for number, name in enumerate(names)
    )
    ways = {"config": ("posts", ""), "tenth": ("tenth", ""), "alone": ("posts", ALONE)}
    ways |= {"doubt": ("posts", IN_DOUBT), "larger": ("posts", ON_ALL)}
    for way, (file, more) in ways.items():
        path = json.dumps(str(folder / f"{file}.jsonl"))
        text = CONFIG.format(posts=path, hook=json.dumps(hook), more=more, brands=brands)
        (folder / f"{way}.toml").write_text(text, encoding="utf-8")


def make_roberta(folder: Path) -> float:
    """A model of RoBERTa-base's size, and it added; returns tokens a text. In another process."""
    code = "from benchmarks.judging import build; import sys; build(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return float(done.stdout.splitlines()[-1])


def build(name: str) -> None:
    """Make and add it, and print how many tokens a text has."""
    import transformers
    from tokenizers import ByteLevelBPETokenizer

    from classifiers.transformers_parts.shelf import Shelf

    folder = Path(name)
    texts = [json.loads(line)["text"] for line in (folder / "posts.jsonl").open()]
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    words = ByteLevelBPETokenizer()
    words.train_from_iterator(texts, vocab_size=50_265, special_tokens=special, show_progress=False)
    words.save_model(str(folder))
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    files = (str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = transformers.RobertaTokenizer(*files, model_max_length=512)
    tokenizer.save_pretrained(folder / "roberta")
    size = {"vocab_size": 50_265, "max_position_embeddings": 514, "num_labels": 3}
    config = transformers.RobertaConfig(**size, type_vocab_size=1)
    transformers.RobertaForSequenceClassification(config).save_pretrained(folder / "roberta")
    say = lambda line: print(f"  {line}", file=sys.stderr, flush=True)  # noqa: E731
    Shelf(folder / "models", say).add(str(folder / "roberta"), labels=LABELS, int8=True)
    print(statistics.mean(len(one) for one in tokenizer(texts)["input_ids"]))


def one(folder: Path, way: str, baseline: int) -> dict[str, Any]:
    """What a process of this way measured of itself."""
    command = [sys.executable, "-m", "benchmarks.judging_tier", str(folder), way, str(baseline)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def in_the_pipeline(folder: Path, posts: Sequence[object]) -> dict[str, float]:
    """Posts a second from the file through poll, match, judges, rules and the webhook.

    What starting takes is in both of two runs, and so in neither's difference.
    """
    seconds, worked = {}, {}
    for way in ("tenth", "config"):
        for left in folder.glob("bench.db*"):
            left.unlink()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [
            sys.executable,
            "-m",
            "listener",
            "once",
            "--config",
            str(folder / f"{way}.toml"),
        ]
        seconds[way], _ = run(command, folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked[way] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count = len(posts) - len(posts) // 10
    return {
        "per_second": count / (seconds["config"] - seconds["tenth"]),
        "cpu_ms": (worked["config"] - worked["tenth"]) / count * 1e3,
    }


def report(
    measured: Mapping[str, Sequence[Mapping[str, Any]]],
    piped: Sequence[Mapping[str, float]],
    options: argparse.Namespace,
) -> None:
    """The tables, and the ratios that they are about."""
    print(f"\n{options.posts} posts, {options.baseline} of them for the pipeline; medians")
    print(f"{'':24}" + "".join(f"{name:>10}" for name in HEAD))
    for way, runs in measured.items():
        alone = [one for run in runs for one in run["alone_ms"]]
        cuts = statistics.quantiles(alone, n=100)
        cells = [_median(runs, column) for column in COLUMNS]
        print(f"{WAYS[way]:24}" + "".join(f"{one:10.1f}" for one in (*cells, cuts[49], cuts[98])))
    cells = [_median(piped, "per_second"), _median(piped, "cpu_ms")]
    print(f"{'default, in the pipeline':24}" + "".join(f"{one:10.1f}" for one in cells))
    for way, runs in measured.items():
        print(f"  {WAYS[way]}: {runs[0]['about']}")
    ours = {
        "alone": measured["default"],
        "alone, doubt_below = 0,": measured["small-alone"],
        "in the pipeline": piped,
    }
    for way in ("pipeline-1", "pipeline-16"):
        for place, runs in ours.items() if way in measured else ():
            print(f"default judges {place} against {WAYS[way]}: {_ratio(runs, measured[way])}")
        if way in measured:
            print(
                f"type transformers against {WAYS[way]}: "
                f"{_ratio(measured['larger-all'], measured[way])}"
            )
    print(f"goals: {GOAL_RATIO} ×; {GOAL_MS} ms at p99 for one urgent post")


def _ratio(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> str:
    """By the clock, and by the processor's time: a busy machine shows in the first alone."""
    clock = _median(ours, "per_second") / _median(theirs, "per_second")
    processor = _median(theirs, "cpu_ms") / _median(ours, "cpu_ms")
    return f"{clock:.1f} × by the clock, {processor:.1f} × by the processor"


def _median(runs: Sequence[Mapping[str, Any]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


if __name__ == "__main__":
    main()
