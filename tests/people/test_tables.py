"""``wutong normalise`` and ``wutong companies match``: our rules on anybody's own table."""

import csv
import io
from pathlib import Path

import pytest

from wutong.people.commands import companies_main, normalise_main


def rows_of(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_telephone_numbers_get_their_normal_form_kind_and_reason(tmp_path, capsys) -> None:
    file = written(tmp_path / "phones.csv", 'raw\n138 0013 8001 \n010-62345678 转 802\n13800138000\n12345\n""\n')
    assert normalise_main(["phones", str(file)]) == 0
    found = [
        (row["normal_form"], row["normal_extension"], row["kind"], row["validity"])
        for row in rows_of(capsys.readouterr().out)
    ]
    assert found == [
        ("+8613800138001", "", "mobile", "valid"),
        ("+861062345678", "802", "fixed_line", "valid"),
        ("+8613800138000", "", "mobile", "valid"),
        ("", "", "", "invalid"),
        ("", "", "", "invalid"),
    ]


def test_only_the_end_of_a_line_ends_a_row(tmp_path, capsys) -> None:
    file = written(
        tmp_path / "phones.csv", 'raw,n\n138 0013\x0b8001,a\n138\u20280013 8002,"b\n\u2029c"\r\n13800138003\x85,d\n'
    )
    assert normalise_main(["phones", str(file)]) == 0
    assert [row["n"] for row in rows_of(capsys.readouterr().out)] == ["a", "b\n\u2029c", "d"]


def test_addresses_are_told_apart_by_whose_domain_they_have(tmp_path, capsys) -> None:
    file = written(
        tmp_path / "m.csv",
        "编号,邮箱\n1,Mei@Example.COM\n2,mei@qq.com\n3,x@mailinator.com\n4,sales@example.com\n5,mei@\n",
    )
    assert normalise_main(["emails", str(file)]) == 0
    found = [(row["编号"], row["normal_form"], row["kind"]) for row in rows_of(capsys.readouterr().out)]
    assert found == [
        ("1", "mei@example.com", "organisation"),
        ("2", "mei@qq.com", "free"),
        ("3", "x@mailinator.com", "disposable"),
        ("4", "sales@example.com", "role"),
        ("5", "", ""),
    ]


def test_credit_codes_say_what_is_wrong_with_them(tmp_path, capsys) -> None:
    codes = [
        "91320623703753420j",
        "9132 0623-7037 5342 0J",
        "91320623703A53420J",
        "000000000000000000",
        "9132",
        "9I320623703753420J",
    ]
    file = written(tmp_path / "c.csv", "code\n" + "\n".join(codes))
    assert normalise_main(["credit-codes", str(file)]) == 0
    rows = rows_of(capsys.readouterr().out)
    assert [row["validity"] for row in rows] == ["valid", "valid", "invalid", "invalid", "invalid", "invalid"]
    assert [row["reason"] for row in rows] == [
        "",
        "",
        "the check character is J, the others ask for A",
        "nothing but zeros",
        "4 characters, not 18",
        "I stands in no code",
    ]
    assert rows[1]["normal_form"] == "91320623703753420J"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"", "no heading"),
        (b"a,b\n1,2,3\n", "line 2: 3 fields under 2 columns"),
        (b'a\n"1\n', "line 2"),
        (b"a\n\x00", "zero bytes"),
        (b"a\n\xff\xff\n", "neither UTF-8 nor GB 18030"),
        ("编号,电话\n1,13800138001\n".encode("gb18030"), "has no column phone"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path, capsys, content: bytes | None, told: str) -> None:
    file = tmp_path / "bad.csv"
    if content is not None:
        file.write_bytes(content)
    column = ["--column", "phone"] if content and b"138" in content else []
    assert normalise_main(["phones", str(file), *column]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_names_are_matched_against_a_list(tmp_path, capsys) -> None:
    master = written(
        tmp_path / "m.csv",
        "uscc,name,province,city\n91110109749356551K,虎克环艺(北京)装饰工程有限公司,北京,门头沟\n"
        "9134020014940383XG,上海华辰机电有限公司,上海,上海\n",
        "gb18030",
    )
    queries = written(
        tmp_path / "q.csv",
        "query\n虎克环艺（北京）装饰工程有限公司\n华辰机电\n91110109749356551K\n"
        "华辰机电（苏州）有限公司\n上海华辰机电有限公司南京分公司\n",
    )
    assert companies_main(["match", "--master", str(master), "--queries", str(queries)]) == 0
    found = [(row["decision"], row["codes"]) for row in rows_of(capsys.readouterr().out)]
    assert found == [
        ("same", "91110109749356551K"),
        ("candidate", "9134020014940383XG"),
        ("same", "91110109749356551K"),
        ("none", ""),
        ("branch", "9134020014940383XG"),
    ]


def test_a_list_without_its_columns_is_refused(tmp_path, capsys) -> None:
    master = written(tmp_path / "m.csv", "code,name\n1,甲\n")
    queries = written(tmp_path / "q.csv", "query\n甲\n")
    assert companies_main(["match", "--master", str(master), "--queries", str(queries)]) == 2
    assert "has no column uscc. It has: code, name." in capsys.readouterr().err


def test_each_code_of_the_reference_data_is_judged_right(shared_data, capsys) -> None:
    assert normalise_main(["credit-codes", str(shared_data("companies/credit_codes.csv"))]) == 0
    wrong = [row for row in rows_of(capsys.readouterr().out) if (row["validity"] == "valid") != (row["valid"] == "1")]
    assert wrong == []


def test_real_records_with_broken_codes_are_not_called_valid(shared_data, capsys) -> None:
    assert normalise_main(["credit-codes", str(shared_data("companies/real_records_with_broken_codes.csv"))]) == 0
    assert {row["validity"] for row in rows_of(capsys.readouterr().out)} == {"invalid"}
