"""The web page: a chat over the same answers, served on this machine only unless told otherwise."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.config import Config
from bot.engine import Bot, Question
from bot.errors import ConfigError, KbError
from bot.phrases import say
from bot.render import fenced, markdown

Message = dict[str, Any]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TEXTS = {
    "ja": {
        "title": "WAAS MAPI AO ナレッジベース",
        "lead": "症状を日本語か英語で入力するか、装置の出力をそのまま貼り付けてください。回答には必ずガイドの引用が付きます。",
        "input": "質問または出力（Enter で送信、Shift+Enter で改行）",
    },
    "en": {
        "title": "WAAS MAPI AO knowledge base",
        "lead": "Describe the symptom in English or Japanese, or paste device output. Every answer cites the guide.",
        "input": "Question or output (Enter sends, Shift+Enter starts a new line)",
    },
}
EXAMPLES = (
    "Outlook の接続が TMDL ではなく TGDL になっています",
    "Which clients ask for encrypted MAPI connections?",
    "sr-errorlog に Clock skew too great と出ました",
    "What must be in place before WAAS accelerates encrypted MAPI?",
)
_MARKUP = re.compile(r"[\n<>&$`*_#\[\]|\\~]")


def page(bot: Bot) -> gr.Blocks:
    """Return the page over ``bot``."""
    texts = gr.I18n(**TEXTS)
    with gr.Blocks(title="WAAS MAPI AO", analytics_enabled=False, fill_height=True) as blocks:
        gr.Markdown(texts("lead"))
        chat = gr.Chatbot(
            show_label=False, scale=1, buttons=["copy", "copy_all"], latex_delimiters=[], allow_tags=False,
            feedback_options=None, elem_id="chat",
        )  # fmt: skip
        said = gr.Textbox(label=texts("input"), lines=2, max_lines=12, submit_btn=True, autofocus=True, elem_id="said")
        gr.Examples([[example] for example in EXAMPLES], said, label="例 / Examples")
        send = gr.on([said.submit], _say, [said, chat], [said, chat], queue=False)
        send.then(lambda history: _reply(bot, history), chat, chat, concurrency_limit=8)
    blocks.i18n_texts = texts
    return blocks


def _say(said: str, history: list[Message]) -> tuple[str, list[Message]]:
    """Show what the person typed exactly as typed."""
    if not said.strip():
        return said, history
    shown = fenced(said) if _MARKUP.search(said) else said
    return "", [*history, {"role": "user", "content": shown, "metadata": {"id": said}}]


def _reply(bot: Bot, history: list[Message]) -> list[Message]:
    """Answer the last thing said."""
    if not history or history[-1]["role"] != "user":
        return history
    turns = [{"role": turn["role"], "content": typed(turn)} for turn in history]
    try:
        answer = bot.ask(Question(turns[-1]["content"], history=turns[:-1]))
    except KbError as error:
        return [*history, {"role": "assistant", "content": fenced(str(error))}]
    foot = f"\n\n*index {answer.index_version} · {answer.model or 'no model'} · {answer.elapsed_ms:.0f} ms*"
    gist = " / ".join(section.title for section in answer.sections) or say("abstain", answer.language)
    return [*history, {"role": "assistant", "content": markdown(answer) + foot, "metadata": {"id": gist}}]


def typed(turn: Message) -> str:
    """Return a turn's text as it was typed or, for an answer, its gist."""
    return str((turn.get("metadata") or {}).get("id") or "")


class SameHost:
    """Refuses requests whose Host or Origin is not this server: a page elsewhere must not drive this one."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        """Let through ``hosts`` only; an empty tuple lets every host through."""
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a foreign host or origin, else pass the request on."""
        if scope["type"] in ("http", "websocket") and not self._allowed(dict(scope["headers"])):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"this server answers its own page only\n"})
            return
        await self.app(scope, receive, send)

    def _allowed(self, headers: dict[bytes, bytes]) -> bool:
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and urlsplit(origin).netloc != host:
            return False
        return not self.hosts or (urlsplit(f"//{host}").hostname or "") in self.hosts


def application(settings: Config, bot: Bot) -> ASGIApp:
    """Return the whole server: the page behind the host check, with a password where one is set."""
    from fastapi import FastAPI

    blocks = page(bot)
    blocks.queue(max_size=64, default_concurrency_limit=8)
    app = gr.mount_gradio_app(
        FastAPI(), blocks, path="/", i18n=blocks.i18n_texts, footer_links=[], run_history=False, ssr_mode=False,
        enable_monitoring=False, max_file_size="5mb",
        auth=("kb", settings.password) if settings.password else None,
    )  # fmt: skip
    return SameHost(app, LOOPBACK if settings.host in LOOPBACK else ())


def serve(settings: Config) -> None:
    """Serve the page until stopped; raises ConfigError for an open address without a password."""
    if settings.host not in LOOPBACK and not settings.password:
        raise ConfigError(f"KB_HOST={settings.host} is open to the network: set KB_PASSWORD as well")
    app = application(settings, Bot(settings))
    print(f"open http://{settings.host}:{settings.port}/", flush=True)  # noqa: T201 (the one line a person waits for)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")
