"""Answers that another process has worked out before."""

from wutong.platform.foretold import Foretold


def test_what_was_learnt_is_not_worked_out_again() -> None:
    asked: list[str] = []

    def doubled(text: str) -> str:
        asked.append(text)
        return text * 2

    here, there = Foretold(doubled, most=10), Foretold(doubled, most=10)
    assert there("a") == "aa"  # from before anybody wanted to know
    assert there.news() == []
    assert [there("b"), there("b"), there("a")] == ["bb", "bb", "aa"]
    here.learn(there.news())
    assert there.news() == []
    asked.clear()
    assert (here("b"), asked) == ("bb", [])
    assert (here("a"), asked) == ("aa", ["a"])


def test_the_oldest_answers_are_given_up() -> None:
    known = Foretold(str.upper, most=4)
    for letter in "abcdef":
        known(letter)
    assert len(known._known) <= 4
    assert known("f") == "F"
