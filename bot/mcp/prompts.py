"""One prompt: how to work on a case with these tools, in the language of the symptom."""

from __future__ import annotations

import mcp_types as types

from bot.errors import NotFound
from bot.text import language
from kb.schema import Language

TROUBLESHOOT = types.Prompt(
    name="troubleshoot",
    title="Work on a case / 障害を調べる",
    description="Find the cause of a MAPI acceleration problem step by step, from the guide alone.",
    arguments=[
        types.PromptArgument(name="symptom", description="what the user sees, in Japanese or English", required=True),
        types.PromptArgument(name="output", description="device output collected so far", required=False),
    ],
)
_TEXTS: dict[Language, str] = {
    "en": (
        "A user of Cisco WAAS reports: {symptom}\n\n"
        "Work on it with the tools of this server. Call next_check with the symptom and all output collected so far; "
        "tell me the check with its commands exactly as given and its citation, and wait for what I bring back. Then "
        "call next_check again with the new output, or with the outcome. Name a cause only when proven says so. Where "
        "a tool abstains, say that it is not in the guide; add nothing from elsewhere. Mark commands that change state."
    ),
    "ja": (
        "Cisco WAAS の利用者からの申告: {symptom}\n\n"
        "このサーバーのツールで調べてください。症状と、これまでに集めた出力をすべて渡して next_check を呼び、"
        "返された確認をコマンドは一字一句そのまま、出典とともに示し、私が結果を持ち帰るまで待ってください。"
        "その後、新しい出力または結果を渡して next_check をもう一度呼んでください。原因は proven が示したときだけ述べ、"
        "ツールが答えを控えたときは「ガイドに記載がありません」と伝え、ほかから補わないでください。"
        "状態を変更するコマンドにはその旨を明記してください。"
    ),
}
_SHOWN: dict[Language, str] = {"en": "Output collected so far:", "ja": "これまでに集めた出力:"}


def get(name: str, given: dict[str, str]) -> types.GetPromptResult:
    """Return the prompt's message; raises NotFound for another name."""
    if name != TROUBLESHOOT.name:
        raise NotFound(f"there is no prompt of this name: {name[:80]!r}")
    symptom, output = given.get("symptom", "").strip(), given.get("output", "").rstrip()
    spoken = language(symptom)
    text = _TEXTS[spoken].format(symptom=symptom)
    if output:
        text += f"\n\n{_SHOWN[spoken]}\n\n{output}"
    message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
    return types.GetPromptResult(description=TROUBLESHOOT.description, messages=[message])
