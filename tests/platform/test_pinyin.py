"""How Chinese is read; the answers are those of pypinyin, whose tables are used."""

import pytest

from wutong.platform.pinyin import syllables


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("陈默", ["chen", "mo"]),
        ("重庆重型机械", ["chong", "qing", "zhong", "xing", "ji", "xie"]),
        ("长春银行行长", ["chang", "chun", "yin", "hang", "hang", "zhang"]),
        ("女娲", ["nv", "wa"]),
        ("𠮷野家 Co. 3号", ["𠮷", "ye", "jia", " Co. 3", "hao"]),
        ("", []),
    ],
)
def test_a_word_decides_how_its_characters_are_read(text: str, read: list[str]) -> None:
    assert syllables(text) == read


def test_the_answers_are_those_of_pypinyin() -> None:
    from pypinyin import lazy_pinyin
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    phrases = list(PHRASES_DICT)
    texts = [f"{one}{other[:3]}（{one[0]}）" for one, other in zip(phrases[::90], phrases[40::90], strict=False)]
    texts += [chr(code) for code in list(PINYIN_DICT)[::50] if not 0xE000 <= code <= 0xF8FF]
    assert {text: syllables(text) for text in texts} == {text: lazy_pinyin(text) for text in texts}
