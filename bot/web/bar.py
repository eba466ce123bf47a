"""The line at the top: title, case menu, language and theme."""

from __future__ import annotations

from html import escape

from bot.web.draw import button, tag
from bot.web.texts import both, ui
from kb.schema import LANGUAGES, Language

_NAMES = {"ja": "日本語", "en": "English"}


def line(case: str | None, ui_language: Language) -> str:
    """Return the whole line, with the menu of ``case`` in it."""
    skip = tag("a", both("skip"), href="#said", class_="skip")
    names = "".join(tag("button", _NAMES[code], type="button", data_lang=code, lang=code) for code in LANGUAGES)
    languages = tag("div", names, class_="set", role="group", aria_label="Language / 表示言語")
    sign = '<span aria-hidden="true"></span>'
    theme = tag("button", sign, type="button", class_="theme", data_theme=True, aria_label="Light or dark / 明暗")
    inner = skip + tag("h1", both("title")) + _case_menu(case, ui_language) + languages + theme
    return tag("header", inner, class_="kb-bar")


def _case_menu(case: str | None, ui_language: Language) -> str:
    """Return the menu of a case: its link, reports in either language, deletion; a new case."""
    new = button(ui("new_case", ui_language), "new")
    if case is None:
        return tag("div", tag("span", "", data_case=""), class_="nocase")
    copy = tag("button", escape(ui("link", ui_language)), type="button", class_="btn", data_copy_link=True)
    reports = "".join(_report(case, form, code, ui_language) for code in LANGUAGES for form in ("md", "html"))
    delete = button(ui("delete", ui_language), "delete", class_="btn danger", sure=ui("delete_sure", ui_language),
                    aria=ui("delete_label", ui_language))  # fmt: skip
    title = tag("div", escape(f"{ui('case', ui_language)} {case}"), class_="muted small")
    report = tag("div", tag("span", escape(ui("report", ui_language))) + reports, class_="row")
    sheet = tag("div", title + tag("div", copy + new + delete, class_="row") + report, class_="sheet")
    summary = tag("summary", escape(f"{ui('case', ui_language)} {case[:6]}"))
    return tag("details", summary + sheet, class_="menu", data_case=case)


def _report(case: str, form: str, code: Language, ui_language: Language) -> str:
    label = f"{_NAMES[code]} .{form}"
    return tag("a", label, href=f"cases/{case}/report.{form}?lang={code}", download=f"case-{case}-{code}.{form}",
               aria_label=f"{ui('report', ui_language)}: {label}")  # fmt: skip
