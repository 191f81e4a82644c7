"""What a visitor reads at the form's door, in two languages. The edge loads no Django, so its sentences stand here."""

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
