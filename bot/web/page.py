"""The page: its layout, and which click leads to which act of the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot import logs
from bot.errors import KbError
from bot.web import bar, chat, panel, uploads
from bot.web.desk import Desk, Request, Seat, View, as_int, as_word
from bot.web.texts import MAX_MEGABYTES, TEXTS, both, ui
from kb.schema import LANGUAGES, Language

STATIC = Path(__file__).resolve().parent / "static"
LIGHT_AT_ONCE, HEAVY_AT_ONCE, WAITING = 8, 2, 64
"""Questions answered at once, large pastes read at once, and requests that may wait in the queue."""
OPEN_PAGES = 200
"""Open pages whose place is kept, about 1 MB each; beyond, the one that was idle longest finds its case by its link."""
UNSENT = (600, 3_600)
"""Seconds between looks for files that were attached and never sent, and how old they may get."""
EDITABLE = 20_000
"""Characters of a paste that come back into the input when a message is edited."""
LONG_TEXT = 4_000
"""Characters above which what is pasted into the input becomes an attached file."""


def build(desk: Desk) -> gr.Blocks:
    """Return the page over ``desk``."""
    words = gr.I18n(**{code: {key: TEXTS[key][code] for key in ("input", "placeholder")} for code in LANGUAGES})
    part = (STATIC / "part.js").read_text(encoding="utf-8")
    with gr.Blocks(title="WAAS MAPI AO", analytics_enabled=False, fill_width=True, delete_cache=UNSENT) as blocks:
        seat = gr.State(Seat())
        with gr.Column(elem_id="kb"):
            top = gr.HTML(bar.line(None, "en"), js_on_load=part, elem_id="bar", apply_default_css=False)
            talk = gr.HTML(
                chat.welcome(desk.model), html_template='<div class="kb-log">${value}</div>', js_on_load=part,
                elem_id="chat", apply_default_css=False,
            )  # fmt: skip
            basis = gr.HTML(
                panel.empty(), html_template=f'<div class="kb-panel"><h2>{both("panel")}</h2>${{value}}</div>',
                js_on_load=part, elem_id="panel", apply_default_css=False,
            )  # fmt: skip
            with gr.Column(elem_id="foot"):
                box = gr.MultimodalTextbox(
                    label=words("input"), placeholder=words("placeholder"), show_label=False, lines=1, max_lines=10,
                    file_types=[".txt", ".log"], file_count="single", max_plain_text_length=LONG_TEXT,
                    autofocus=True, elem_id="said", container=False,
                )  # fmt: skip
                gr.HTML(f'<div class="keys">{both("keys")}</div><div id="kb-told" role="status"></div>')
        _wire(blocks, desk, seat, [top, talk, basis], box)
    blocks.i18n_texts = words
    return blocks


class _Acts:
    """What the page's events call: each takes the seat first or last and gives back what changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def arrive(self, request: gr.Request, at: Seat) -> tuple[Any, ...]:
        """Settle the language and show the case of the link."""
        with _quietly(at):
            at.ui = _language(request.query_params.get("lang") or "", request.headers.get("accept-language", ""))
            at.placed = True
            return _shown(at, self._desk.open(at, as_word(request.query_params.get("case"), 64)))

    def _place(self, request: gr.Request, at: Seat) -> None:
        """Give an open page its language and case again where the server lost them: it restarted, or has too many."""
        if not at.placed:
            self.arrive(request, at)
            if request.query_params.get("case") and not at.case:
                gr.Info(ui("no_case", at.ui))

    def take(self, request: gr.Request, typed: dict[str, Any], at: Seat) -> tuple[Any, ...]:
        """Take what was typed or attached."""
        self._place(request, at)
        try:
            wanted = _request(typed)
        except KbError as error:
            gr.Warning(str(error))
            return at, gr.skip(), gr.skip()
        return _begin(self._desk, at, wanted)

    def ask(self, request: gr.Request, event: gr.EventData, at: Seat) -> tuple[Any, ...]:
        """Take what a button asks for; what is being typed stays."""
        self._place(request, at)
        with _quietly(at):
            wanted = _clicked(self._desk, at, event._data)
        if wanted is None:
            return at, gr.skip(), gr.skip()
        begun = _begin(self._desk, at, wanted)
        return begun[0], gr.skip(), begun[2]

    def tell(self, request: gr.Request, event: gr.EventData, at: Seat) -> tuple[Any, ...]:
        """Do what needs no answer."""
        self._place(request, at)
        with _quietly(at):
            return _told(self._desk, at, event._data)

    def light(self, at: Seat) -> Iterator[tuple[Any, ...]]:
        """Answer a question."""
        yield from _answers(self._desk, at, heavy=False)

    def heavy(self, at: Seat) -> Iterator[tuple[Any, ...]]:
        """Answer to a large paste."""
        yield from _answers(self._desk, at, heavy=True)

    def halt(self, at: Seat) -> tuple[Any, ...]:
        """Give up what is under way."""
        return _shown(at, self._desk.stop(at))


@contextmanager
def _quietly(at: Seat) -> Iterator[None]:
    """Tell a person of a failure in the product's words; the page's library would print what it was about."""
    try:
        yield
    except Exception as error:
        logs.failed("page_failed", error)
        reason = str(error) if isinstance(error, KbError) else ui("inside", at.ui)
        raise gr.Error(reason, print_exception=False) from None


def _wire(blocks: gr.Blocks, desk: Desk, seat: gr.State, parts: list[gr.HTML], box: gr.MultimodalTextbox) -> None:
    """Connect events: what is said goes through a quick queue first, then through the one for its weight."""
    acts, everything = _Acts(desk), [seat, *parts]
    talk = parts[1]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    blocks.load(acts.arrive, seat, everything, **quiet)
    taken = [box.submit(acts.take, [box, seat], [seat, box, talk], **quiet)]
    taken += [part.ask(acts.ask, seat, [seat, box, talk], **quiet) for part in parts]
    running = []
    for event in taken:
        light = event.then(
            acts.light, seat, everything, concurrency_id="light", concurrency_limit=LIGHT_AT_ONCE, **quiet
        )
        heavy = light.then(
            acts.heavy, seat, everything, concurrency_id="heavy", concurrency_limit=HEAVY_AT_ONCE, **quiet
        )
        running += [light, heavy]
    for part in parts:
        part.tell(acts.tell, seat, [*everything, box], trigger_mode="multiple", **quiet)
    talk.halt(acts.halt, seat, everything, cancels=running, **quiet)


def _language(asked: str, spoken: str) -> Language:
    if asked in LANGUAGES:
        return "ja" if asked == "ja" else "en"
    return "ja" if spoken.lower().startswith("ja") else "en"


def _request(typed: dict[str, Any]) -> Request:
    paste = "\n".join(uploads.read(file) for file in typed.get("files") or ())
    return Request(str(typed.get("text") or ""), paste)


def _begin(desk: Desk, at: Seat, request: Request) -> tuple[Any, ...]:
    """Show what was said and empty the input; refuse while an answer is under way."""
    if at.request is not None:
        gr.Info(ui("busy", at.ui))
        return at, gr.skip(), gr.skip()
    if not (request.text.strip() or request.paste.strip() or request.check):
        return at, gr.skip(), gr.skip()
    view = desk.begin(at, request)
    return at, {"text": "", "files": []}, view.chat


def _clicked(desk: Desk, at: Seat, data: dict[str, Any]) -> Request | None:
    """Return what a button asks for, or None for what this page cannot have sent."""
    act = data.get("act")
    if act == "ask":
        return Request(as_word(data.get("text")))
    if act == "sample":
        return Request(ui("example_asks", at.ui), chat.sample(as_word(data.get("sample"))))
    if act == "topic":
        return Request(desk.topic(at, as_word(data.get("topic"))))
    if act == "mark" and (outcome := data.get("outcome")) in ("good", "bad", "skipped"):
        return Request(check=as_word(data.get("check")), outcome=outcome)
    turn = desk.turn(at, as_int(data.get("turn"))) if act == "retry" else None
    return Request(turn.text, turn.paste) if turn else None


def _answers(desk: Desk, at: Seat, *, heavy: bool) -> Iterator[tuple[Any, ...]]:
    """Answer what waits at ``at`` if it is of this queue's weight; a queue must yield something in any case."""
    if at.request is None or at.request.heavy is not heavy:
        yield _shown(at, View())
        return
    for view in desk.answer(at):
        yield _shown(at, view)


def _told(desk: Desk, at: Seat, data: dict[str, Any]) -> tuple[Any, ...]:
    """Do what needs no answer: show an older basis, keep a thumb, edit, leave or delete the case."""
    act, number, view, typed = data.get("act"), as_int(data.get("turn")), View(), gr.skip()
    if act == "show":
        view = desk.basis(at, number)
    elif act == "thumb":
        desk.thumb(at, number, data.get("thumb") == "up", as_word(data.get("reason")))
        if data.get("reason"):
            gr.Info(ui("thanks", at.ui), duration=3)
    elif act == "edit" and (turn := desk.turn(at, number)):
        typed = {"text": "\n\n".join(filter(None, (turn.text, turn.paste[:EDITABLE]))), "files": []}
    elif act in ("new", "delete"):
        view = desk.close(at, delete=act == "delete")
    return (*_shown(at, view), typed)


def _shown(at: Seat, view: View) -> tuple[Any, ...]:
    return at, *(gr.skip() if part is None else part for part in (view.bar, view.chat, view.panel))


def mount(app: FastAPI, desk: Desk) -> None:
    """Put the page at the root of ``app``: no analytics, no link outwards, nothing kept by the browser."""
    uploads.keep_apart()
    blocks = build(desk)
    blocks.queue(max_size=WAITING, default_concurrency_limit=LIGHT_AT_ONCE)
    blocks.has_launched = True  # by itself a mounted page does not look where the path of a file leads
    blocks.state_session_capacity = OPEN_PAGES  # 10,000 by itself, and what a page shows stays until then
    head = f"<script>{(STATIC / 'head.js').read_text(encoding='utf-8')}</script>"
    head += f"<script>window.kbPlaceholder = {json.dumps(TEXTS['placeholder'])}</script>"
    head += f"<script>{(STATIC / 'page.js').read_text(encoding='utf-8')}</script>"
    fonts = ["system-ui", "sans-serif"]
    gr.mount_gradio_app(
        app, blocks, path="/", i18n=blocks.i18n_texts, footer_links=[], run_history=False, ssr_mode=False,
        enable_monitoring=False, max_file_size=f"{MAX_MEGABYTES}mb", pwa=False, show_error=False,
        theme=gr.themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"]),
        css=(STATIC / "page.css").read_text(encoding="utf-8"), head=head,
    )  # fmt: skip
