"""``python -m evals run | compare | retrieval | calibrate | drafts | accept``: what the product can do, in numbers.

Exit status: 0 done (and the gate, if asked for, is open); 1 the gate is shut or something failed, with one
clear line a reason on standard error; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import InputError, KbError

if TYPE_CHECKING:
    from evals.gate import Baseline

SHOWN = 40
"""Reasons of the gate that are printed."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except (KbError, OSError) as error:
        sys.stderr.write(f"evals: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Evals of the knowledge-base bot.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="ask every case and print the scorecard")
    run.add_argument("--gate", action="store_true", help="fail when a hard rule, a floor or the baseline is broken")
    run.add_argument("--json", type=Path, metavar="FILE", help="write every outcome as JSON")
    run.add_argument("--report", type=Path, metavar="DIR", help="write the HTML page and the Markdown summary")
    run.add_argument("--split", choices=("dev", "held", "all"), default="all", help="the half of the cases to ask")
    run.add_argument("--model", metavar="PROVIDER:NAME", help="let this model reword, and compare with no model")
    run.add_argument("--sample", type=int, default=0, metavar="N", help="ask about N cases only, at even distances")
    run.add_argument("--update-baseline", action="store_true", help="write evals/baseline.json from this run")
    run.set_defaults(run=_run)
    compare = commands.add_parser("compare", help="compare two results of `run --json`, case by case")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.set_defaults(run=_compare)
    retrieval = commands.add_parser("retrieval", help="retrieval figures for any data set in the BEIR layout")
    for name in ("corpus", "queries", "qrels"):
        retrieval.add_argument(f"--{name}", type=Path, metavar="FILE")
    retrieval.add_argument("--bench", metavar="NAME", help="a public set instead: jsquad or xquad (EVALS_BENCH_DIR)")
    retrieval.add_argument("--sample", type=int, default=0, metavar="N", help="questions of the public set to ask")
    retrieval.add_argument("--json", action="store_true", help="print one JSON object")
    retrieval.set_defaults(run=_retrieval)
    calibrate = commands.add_parser("calibrate", help="fit the weights of the scope decision on the cases")
    calibrate.set_defaults(run=_calibrate)
    drafts = commands.add_parser("drafts", help="write each new thumbs-down with a reason as a draft case")
    drafts.set_defaults(run=_drafts)
    accept = commands.add_parser("accept", help="make a draft from a thumbs-down a case")
    accept.add_argument("draft", help="the name of a file in evals/drafts")
    accept.set_defaults(run=_accept)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from bot import config
    from bot.engine import Bot
    from evals import cases, gate, report, run, tables, with_model
    from evals.damage import damage_table

    if arguments.update_baseline and (arguments.split != "all" or arguments.model or arguments.sample):
        sys.stderr.write("evals: --update-baseline needs all cases, and no model\n")
        return 2
    asked = with_model.thinned(cases.load(split=arguments.split), arguments.sample)
    with _bar("cases") as advance:
        if arguments.model:
            settings = config.current().model_copy(update={"model": arguments.model})
            both = with_model.ask_both(settings, asked, arguments.split, lambda done: advance(done, 2 * len(asked)))
            result = both[1]
        else:
            result = run.ask_all(Bot(config.current()), asked, arguments.split, lambda done: advance(done, len(asked)))
    if arguments.update_baseline:
        gate.write_baseline(result, gate.BASELINE)
    baseline = _baseline(required=arguments.gate)
    verdict = gate.check(result, baseline)
    if arguments.json:
        result.save(arguments.json)
    if arguments.report:
        report.write(result, arguments.report, baseline, verdict, damage_table())
    _say(tables.score_table(result.outcomes))
    if arguments.model:
        _say(with_model.summary(*both))
    _say(f"gate: {'open' if not verdict else 'shut'}")
    for reason in verdict[:SHOWN]:
        sys.stderr.write(f"evals: {reason}\n")
    if len(verdict) > SHOWN:
        sys.stderr.write(f"evals: and {len(verdict) - SHOWN} more; --report has them all\n")
    return 1 if arguments.gate and verdict else 0


def _baseline(*, required: bool) -> Baseline:
    from evals import gate

    return gate.read_baseline(gate.BASELINE) if required or gate.BASELINE.is_file() else {}


def _compare(arguments: argparse.Namespace) -> int:
    from evals import gate, run, tables

    before, after = run.read_result(arguments.before), run.read_result(arguments.after)
    pairs = gate.differences(after, {item.id: item.measures for item in before.outcomes})
    if not pairs:
        raise InputError("the two results have no case in common")
    _say(tables.difference_table(pairs))
    return 0


def _retrieval(arguments: argparse.Namespace) -> int:
    from bot import config
    from evals import beir, retrieval
    from ingest.encode import load_encoder
    from kb.reader import read_articles

    files = [arguments.corpus, arguments.queries, arguments.qrels]
    if (arguments.bench is None) == (None in files):
        sys.stderr.write("evals: give --corpus, --queries and --qrels, or --bench NAME\n")
        return 2
    data = beir.bench(arguments.bench, arguments.sample) if arguments.bench else beir.read(*files)
    settings = config.current()
    cache = settings.data_dir / "embeddings.sqlite3"
    with _bar("texts") as advance:
        runs = retrieval.retrieve(data, load_encoder(settings.embedding), cache, read_articles(config.ROOT), advance)
    body = retrieval.figures(data, runs)
    _say(json.dumps(body, ensure_ascii=False) if arguments.json else retrieval.as_table(body))
    return 0


def _calibrate(_: argparse.Namespace) -> int:
    from bot import config
    from bot.retrieve import Retriever
    from evals import calibrate, cases

    _say(calibrate.report(Retriever(config.current()), cases.load()))
    return 0


def _drafts(_: argparse.Namespace) -> int:
    from bot import config
    from bot.case.store import open_store
    from bot.render import markdown
    from evals.drafts import Feedback, write_draft

    store = open_store(config.current())
    found = store.complained()
    for thumb, turn in found:
        said, answer = turn.text, turn.answer
        feedback = Feedback(said, turn.paste, thumb.reason, markdown(answer), answer.topics, answer.index_version)
        _say(f"wrote {write_draft(feedback).name}")
        store.mark_drafted(thumb)
    store.close()
    _say(f"{len(found)} draft(s); complete one, then: python -m evals accept NAME")
    return 0


def _accept(arguments: argparse.Namespace) -> int:
    from evals import drafts

    _say(f"accepted {drafts.accept(arguments.draft)}")
    return 0


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on standard error; yields a function of (done, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
