"""What a visitor reads of a form beside its own texts, in two languages: without Django there is no gettext."""

from typing import Literal

Language = Literal["zh", "en"]

WORDS: dict[str, dict[Language, str]] = {
    "required": {"zh": "请填写此项。", "en": "Please fill this in."},
    "email": {
        "zh": "请填写完整的邮箱地址，例如 name@example.com。",
        "en": "Write the whole address, like name@example.com.",
    },
    "phone": {"zh": "请填写 7 到 15 位的电话号码。", "en": "Write a telephone number of 7 to 15 digits."},
    "select": {"zh": "请从列表中选择一项。", "en": "Choose one of the list."},
    "too_long": {"zh": "内容过长，请控制在 {max} 个字以内。", "en": "Please use at most {max} characters."},
    "bad_text": {
        "zh": "内容包含无法保存的字符，请重新输入。",
        "en": "This holds characters that cannot be stored. Please type it again.",
    },
    "title_errors": {"zh": "请检查您填写的内容", "en": "Please look at your answers again"},
    "title_thanks": {"zh": "提交成功", "en": "Thank you"},
    "thanks": {"zh": "我们已收到您的信息，会尽快与您联系。", "en": "We have received it and will be in touch soon."},
    "privacy": {"zh": "我已阅读并同意：{text}", "en": "I have read and agree: {text}"},
    "send": {"zh": "重新提交", "en": "Send again"},
    "choose": {"zh": "请选择", "en": "Choose"},
    "too_short": {"zh": "请至少填写 {min} 个字。", "en": "Please write at least {min} characters."},
    "digits": {"zh": "请只填写数字。", "en": "Please use digits only."},
    "letters_digits": {"zh": "请只填写字母和数字。", "en": "Please use letters and digits only."},
    "postcode": {"zh": "请填写 6 位邮政编码。", "en": "Write the six digits of the postcode."},
    "credit_code": {
        "zh": "请填写 18 位统一社会信用代码。",
        "en": "Write the 18 characters of the unified social credit code.",
    },
    "web_address": {
        "zh": "请填写完整网址，以 https:// 开头。",
        "en": "Write the whole address, beginning with https://.",
    },
    "chinese": {"zh": "请填写中文。", "en": "Please write it in Chinese."},
    "options": {"zh": "请只勾选列出的选项。", "en": "Tick only what is listed."},
    "consent": {"zh": "请勾选同意后再提交。", "en": "Please tick this to agree, then send."},
    "optional": {"zh": "选填", "en": "optional"},
    "send_first": {"zh": "提交", "en": "Send"},
    "sending": {"zh": "正在提交…", "en": "Sending…"},
    "privacy_notice": {"zh": "隐私说明", "en": "Privacy notice"},
    "honeypot": {"zh": "请勿填写", "en": "Leave this empty"},
    "mend": {
        "zh": "有 {n} 处需要修改，已填写的内容都在。",
        "en": "Please look at {n} of your answers again; nothing you typed is lost.",
    },
    "expired": {
        "zh": "页面打开太久，已为您刷新。填写的内容都在，请再提交一次。",
        "en": "The page was open for too long and is fresh now. What you typed is still there; please send it again.",
    },
    "closed": {"zh": "这张表单已停止收集", "en": "This form is closed"},
    "closed_why": {
        "zh": "链接可能已过期。请联系给您链接的同事。",
        "en": "The link may be old. Please ask whoever gave it to you.",
    },
    "foreign": {"zh": "这个网站不能嵌入此表单", "en": "This website may not embed the form"},
    "foreign_why": {
        "zh": "{origin} 不在允许的网站之列。网站管理员可在“设置 → 网站”里添加它，或直接打开表单链接。",
        "en": "{origin} is not among the allowed websites. Its owner can add it under Settings, Websites, or link to "
        "the form instead.",
    },
    "go_on": {"zh": "继续", "en": "Go on"},
    "too_large": {
        "zh": "提交的内容太大，没有保存。",
        "en": "What was sent is too large; nothing was kept.",
    },
    "later": {
        "zh": "现在无法保存，请稍后再提交一次。",
        "en": "This cannot be stored right now. Please send it again in a moment.",
    },
    "slow_down": {"zh": "提交过于频繁，请稍后再试。", "en": "That was too often. Please try again later."},
}


def word(name: str, language: Language, **values: object) -> str:
    return WORDS[name][language].format(**values)


def language_of(accept_language: str) -> Language:
    """The first of the browser's languages that we speak; Chinese when it asks for neither."""
    for entry in accept_language.lower().split(","):
        tag = entry.strip().partition(";")[0]
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh" if not accept_language else "en"
