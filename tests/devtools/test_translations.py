"""The tool that keeps every app's Chinese complete."""

from pathlib import Path

import pytest

from wutong.devtools import translations

PLURAL = ("One lead", "%(n)s leads")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A small app with a module and a template."""
    folder = tmp_path / "pool"
    (folder / "templates" / "pool").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "words.py").write_text(
        "TAKEN = _('%(who)s has it')\nCLAIM = pgettext_lazy('take a lead', 'Claim')\n"
        "COUNT = ngettext('%(n)d lead', '%(n)d leads', n)\n"
    )
    (folder / "templates" / "pool" / "list.html").write_text(
        '{% load i18n %}<h1>{% translate "Pool" context "navigation" %}</h1>\n  <p title="{{ _("Why") }}">odd:\n'
        " (\"text'</p>{% blocktranslate trimmed with who=x %}\n  Ask\n  {{ who }}\n{% endblocktranslate %}"
        '{% blocktranslate count n=n context "pool" %}One lead{% plural %}{{ n }} leads{% endblocktranslate %}'
    )
    return folder


def translate(app: Path, **given: str) -> None:
    """Fill the .po file by hand: msgid → msgstr."""
    file = app / translations.PO
    text = file.read_text()
    for msgid, msgstr in given.items():
        old = f'msgid "{msgid}"\nmsgstr ""'
        assert old in text
        text = text.replace(old, f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    file.write_text(text)


def ids(app: Path) -> set[object]:
    return {message.id for message in translations.extracted(app) if message.id}


def test_sentences_are_found_in_python_and_in_templates(app: Path) -> None:
    assert ids(app) == {"%(who)s has it", "Claim", ("%(n)d lead", "%(n)d leads"), "Pool", "Why", "Ask %(who)s", PLURAL}


def test_contexts_are_kept(app: Path) -> None:
    found = translations.extracted(app)

    assert found.get("Claim", context="take a lead") is not None
    assert found.get("Pool", context="navigation") is not None


def test_an_update_keeps_what_is_translated(app: Path) -> None:
    translations.update(app)
    translate(app, Claim="领取")

    translations.update(app)

    assert 'msgstr "领取"' in (app / translations.PO).read_text()


def test_a_changed_sentence_is_missing_rather_than_fuzzy(app: Path) -> None:
    translations.update(app)
    translate(app, Claim="领取")
    (app / "words.py").write_text("CLAIM = pgettext_lazy('take a lead', 'Claim it')\n")

    translations.update(app)

    text = (app / translations.PO).read_text()
    assert "领取" not in text
    assert "fuzzy" not in text


def test_a_package_without_sentences_keeps_no_catalog(app: Path) -> None:
    translations.update(app)
    (app / "words.py").unlink()
    (app / "templates" / "pool" / "list.html").unlink()

    translations.update(app)

    assert not (app / translations.PO).exists()


def test_the_check_names_what_is_missing_stale_and_fuzzy(app: Path) -> None:
    translations.update(app)
    translate(app, Claim="领取", Why="为什么")
    file = app / translations.PO
    file.write_text(
        file.read_text().replace('msgid "Why"', '#, fuzzy\nmsgid "Why"') + '\nmsgid "Gone"\nmsgstr "没了"\n'
    )

    said = {str(problem).split(": ", 1)[1] for problem in translations.problems_of(app)}

    assert "missing: 'Pool' (navigation)" in said
    assert "fuzzy: 'Why'" in said
    assert "stale: 'Gone'" in said
    assert not any("Claim" in sentence for sentence in said)


def test_the_check_objects_to_a_placeholder_nobody_fills(app: Path) -> None:
    translations.update(app)
    translate(app, **{"%(who)s has it": "%(name)s 已领取"})

    assert "unknown placeholder: '%(who)s has it'" in "".join(map(str, translations.problems_of(app)))


def test_compiling_writes_what_django_reads(app: Path) -> None:
    translations.update(app)
    translate(app, Claim="领取")

    translations.compile_catalog(app)

    assert "领取".encode() in (app / translations.PO).with_suffix(".mo").read_bytes()


def test_two_apps_may_not_say_one_sentence_in_different_chinese(app: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "words.py").write_text("CLAIM = pgettext_lazy('take a lead', 'Claim')\nWHY = _('Why')\n")
    for one, why in ((app, "原因"), (other, "为什么")):
        translations.update(one)
        translate(one, Claim="领取", Why=why)

    (problem,) = translations.contradictions([app, other])

    assert "pool" in str(problem)
    assert "'Why'" in str(problem)
