"""Files to documents, and what cannot be read by name and reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.readers import LARGEST, jsonl, read
from rag.types import Failure, NewDocument

SEED = Path(__file__).parents[2] / "seeds" / "000_fbce3f8ec0114fc5.txt"


def one(data: bytes, name: str = "a.txt") -> NewDocument:
    (found,) = read(data, name)
    assert isinstance(found, NewDocument), found
    return found


def code(data: bytes, name: str = "a.txt") -> str:
    (found,) = read(data, name)
    assert isinstance(found, Failure), found
    return found.code


def test_a_text_file_is_its_content_under_its_name() -> None:
    assert list(read(SEED, SEED.name)) == [NewDocument(text=SEED.read_bytes().decode(), id="000_fbce3f8ec0114fc5")]


@pytest.mark.parametrize(
    ("name", "document_id"),
    [
        ("a.txt", "a"),
        ("a.b.TXT", "a.b"),
        ("2024/a.txt", "2024/a"),
        ("../news/./2025/a.txt", "news/2025/a"),
        ("/data/news/a.txt", "data/news/a"),
        ("news\\a.txt", "news/a"),
    ],
)
def test_the_same_name_in_two_folders_is_two_documents(name: str, document_id: str) -> None:
    assert one(b"Text.", name).id == document_id


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Zürich – “quoted”".encode(), "Zürich – “quoted”"),
        ("Zürich".encode("utf-8-sig"), "Zürich"),
        ("Zürich 🍐".encode("utf-16"), "Zürich 🍐"),
        ("Zürich – “quoted” Émile, naïve café €5".encode("cp1252"), "Zürich – “quoted” Émile, naïve café €5"),
        (b"", ""),
    ],
    ids=["utf-8", "with mark", "utf-16", "windows-1252", "empty"],
)
def test_bytes_become_characters(data: bytes, text: str) -> None:
    assert one(data).text == text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unsupported_format"),
        ("Привет, мир".encode("cp1251"), "bad_encoding"),
        ("日本語のテキスト".encode("shift-jis"), "bad_encoding"),
        (b"\xef\xbb\xbf\xff", "bad_encoding"),
        (b"caf\x81", "bad_encoding"),
    ],
    ids=["image", "cyrillic", "japanese", "broken utf-8", "undefined"],
)
def test_what_cannot_be_told_is_not_guessed(data: bytes, expected: str) -> None:
    assert code(data) == expected


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1251", "В понедельник городской совет Орвика решил восстановить башню. Работы начнутся весной."),
        (
            "shift_jis",
            "日本の首相は月曜日に東京で記者会見を開き、新しい経済対策を発表した。対策の規模は三兆円に上る見通しだ。",
        ),
        ("big5", "台灣總統星期一在台北舉行記者會，宣布新的經濟政策。規模達三兆元。在野黨提出批評，認為政策不夠完善。"),
    ],
)
def test_enough_text_in_another_character_set_is_recognised(charset: str, text: str) -> None:
    assert one(text.encode(charset)).text == text


def test_the_character_set_that_comes_with_a_file_counts() -> None:
    data = "Привет".encode("cp1251")
    (found,) = read(data, "a.txt", "windows-1251")
    assert isinstance(found, NewDocument)
    assert found.text == "Привет"
    assert [each.code for each in read(data, "a.txt", "no-such-set") if isinstance(each, Failure)] == ["bad_encoding"]


def test_a_file_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert [each.code for each in read(path, "a.txt") if isinstance(each, Failure)] == ["too_large"]


def test_a_line_that_is_too_long_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 50)
    lines = [b'{"text": "One."}', b'{"text": "' + b"x" * 500 + b'"}', b'{"text": "Two."}']
    one, long, two = read(b"\n".join(lines), "f.jsonl")
    assert (one, two) == (NewDocument(text="One."), NewDocument(text="Two."))
    assert isinstance(long, Failure)
    assert (long.id, long.code) == ("f.jsonl:2", "too_large")


def test_an_unknown_ending_is_refused_with_those_known() -> None:
    (found,) = read(b"x", "a.png")
    assert isinstance(found, Failure)
    assert (found.id, found.code) == ("a", "unsupported_format")
    assert ".md" in found.detail


def test_front_matter_says_what_is_known() -> None:
    front = (
        b'---\ntitle: "A: title"\ndate: 2025-03-20\nsource: S\nurl: http://a.b/c\nid: x1\ntags: [a]\nlang: en\n---\n'
    )
    assert one(front + b"# Head\n\nText.\n", "f.md") == NewDocument(
        text="# Head\n\nText.\n",
        id="x1",
        title="A: title",
        url="http://a.b/c",
        source="S",
        published_at=datetime(2025, 3, 20, tzinfo=UTC),
        language="en",
    )


def test_markdown_without_front_matter_is_all_text_with_its_heading_as_title() -> None:
    found = one(b"\n# The *title* #\n\nText.\n---\nMore.", "f.md")
    assert (found.id, found.title, found.text) == ("f", "The *title*", "\n# The *title* #\n\nText.\n---\nMore.")
    assert one(b"Text.\n# Later\n", "f.md").title == ""
    assert one(b"# ###\nText.", "f.md").title == ""
    # quickly, too: a pattern that looks for the end of this again and again would take hours
    assert len(one(b"#" + b" #" * 500_000 + b"x\nText.", "f.md").title) == 1_000_000


@pytest.mark.parametrize(
    "lines", [b"corrects: a\nretracts: [b, 'c']", b'corrects:\n  - a\nretracts:\n- b\n- "c"'], ids=["inline", "block"]
)
def test_front_matter_names_what_is_corrected_and_retracted(lines: bytes) -> None:
    found = one(b"---\n" + lines + b"\ntitle: T\n---\nText.", "f.md")
    assert (found.corrects, found.retracts, found.title) == (("a",), ("b", "c"), "T")


def test_a_line_names_what_it_corrects_as_a_list_or_alone() -> None:
    found = list(
        read(b'{"text": "x", "corrects": ["a", "b"], "retracts": "c"}\n{"text": "x", "corrects": [1]}', "f.jsonl")
    )
    assert isinstance(found[0], NewDocument)
    assert (found[0].corrects, found[0].retracts) == (("a", "b"), ("c",))
    assert isinstance(found[1], Failure)
    assert found[1].code == "invalid_record"


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_front_matter_ends_where_it_says(end: bytes) -> None:
    data = end.join([b"---", b"title: T", b"---", b"Text.", b"---", b"title: U"])
    assert (one(data, "f.md").title, one(data, "f.md").text) == (
        "T",
        end.join([b"Text.", b"---", b"title: U"]).decode(),
    )


def test_a_date_that_is_none_is_a_failure() -> None:
    assert code(b"---\ndate: next week\n---\nText.", "f.md") == "invalid_record"


def test_json_lines_are_documents_and_bad_lines_are_named() -> None:
    lines = [
        b'\xef\xbb\xbf{"text": "One.", "id": "a", "url": null, "published_at": "2025-03-20T10:00+02:00", "other": 1}',
        b"",
        b"{not json}",
        b'["a list"]',
        b'{"id": "b"}',
        b'{"text": 5}',
        b'{"text": "x", "title": 5}',
        b'{"text": "x", "published_at": "soon"}',
        b'{"text": "caf\xe9"}',
        b'{"text": "Two."}',
    ]
    found = list(read(b"\n".join(lines), "f.jsonl"))
    assert found[0] == NewDocument(text="One.", id="a", published_at=datetime(2025, 3, 20, 8, tzinfo=UTC))
    assert found[-1] == NewDocument(text="Two.")
    failures = [failure for failure in found if isinstance(failure, Failure)]
    assert [failure.id for failure in failures] == [f"f.jsonl:{number}" for number in range(3, 10)]
    assert {failure.code for failure in failures[:6]} == {"invalid_record"}
    assert failures[6].code == "bad_encoding"
    assert "line 5: text is missing" in failures[2].detail


def test_a_line_nested_without_end_or_full_of_nuls_fails_alone() -> None:
    lines = [b"[" * 200_000, b'{"text": ' + b'{"a":' * 100_000, b"\0" * 1_000, b'{"text": "Two."}']
    *broken, two = read(b"\n".join(lines), "f.jsonl")
    assert [each.code for each in broken if isinstance(each, Failure)] == ["invalid_record"] * 3
    assert two == NewDocument(text="Two.")


def test_a_text_with_nuls_is_none_and_a_page_loses_them() -> None:
    assert code(b"Some \0 words.") == "unsupported_format"
    assert code(b"---\ntitle: a\n---\nSome \0 words.", "a.md") == "unsupported_format"
    assert "\0" not in one(b"<p>The mill of Osk \0 stands on its hill.</p>", "a.html").text


def test_a_file_of_lines_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"text": "One."}\n{"text": "Two."}\n')
    assert list(read(path, "f.jsonl")) == list(read(path.read_bytes(), "f.jsonl"))


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "a.txt", "a.txt"))


@pytest.mark.parametrize(
    "front",
    [
        b'+++\ntitle = "Harbour: open"\ndate = 2024-03-05T09:00:00Z\nauthors = ["Lee, Ann"]\n+++\n',
        b'---\ntitle: "Harbour: open" # the headline\ndate: 2024/03/05 09:00\nauthors: ["Lee, Ann"]\n---\n',
        b"---\npublished: true\ntitle: >-\n  Harbour:\n  open\ndate: March 5, 2024 09:00\nauthor:\n"
        b"  name: Lee, Ann\n---\n",
        b"---\nurl: /posts/open/\ntitle: 'Harbour: open'\ndate: 5 Mar 2024 09:00\nauthors:\n  - name: Lee, Ann\n---\n",
        b"---\ntitle: Harbour: open\ndate: 2024-03-05 10:00:00 +0100\nauthors:\n- 'Lee, Ann'\n---\n",
        b"---\ntitle: Harbour: open\ndate: 2024-03-05T09:00\nauthors: ['Lee, Ann']\ntags: ["
        + b"[" * 60_000
        + b"\n---\n",
    ],
    ids=["toml", "comment", "folded", "mappings", "not yaml", "nested"],
)
def test_front_matter_is_read_as_site_generators_write_it(front: bytes) -> None:
    found = one(front + b"Text.", "f.md")
    assert (found.title, found.text, found.url) == ("Harbour: open", "Text.", "")
    assert found.published_at == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert found.authors == (("Lee, Ann",) if b"[[" not in front else ("'Lee", "Ann'"))


@pytest.mark.parametrize("text", [b"Harbour\n=======\n\nText.", b"<!-- draft -->\n\n<!-- 2 -->\n# Harbour\nText."])
def test_a_heading_however_it_is_marked_is_the_title(text: bytes) -> None:
    assert one(text, "f.md").title == "Harbour"


def test_a_mail_is_read_without_the_message_attached_to_it() -> None:
    parts = b"--B\n\nThe harbour opened.\n--B\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n"
    mail = (
        b'From: a@b.example\nContent-Type: multipart/mixed; boundary="B"\n\n' + parts + b"Subject: x\n\nOther.\n--B--\n"
    )
    assert one(mail, "m.eml").text == "The harbour opened."
    assert one(b"From a@b.example Tue Mar  5 10:00:00 2024\n" + mail, "m.eml").text == "The harbour opened."


def test_the_lines_of_a_mail_that_flow_are_put_together() -> None:
    mail = (
        b"From: a@b.example\nContent-Type: text/plain; format=flowed\n\nIt was opened \nby her.\n> He said \n-- \nA\n"
    )
    assert one(mail, "m.eml").text == "It was opened by her.\n> He said \n-- \nA"


def test_a_newsletter_laid_out_in_tables_is_read_by_its_blocks_and_whole() -> None:
    page = (
        b"<table><tr><td><h1>Harbour</h1>"
        + b"<p>The harbour was opened on Monday by the mayor.</p>" * 9
        + b"</td></tr><tr><td>"
        b"<table><tr><td>Tolls</td><td>12</td></tr><tr><td>Ferries</td><td>7</td></tr></table></td></tr></table>"
    )
    found = one(b"From: a@b.example\nContent-Type: text/html\n\n" + page, "m.eml")
    assert found.text.splitlines() == [
        "Harbour",
        *["The harbour was opened on Monday by the mayor."] * 9,
        "Tolls | 12",
        "Ferries | 7",
    ]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Keys | The Guide</title><h1>The Guide</h1><h2>Keys#</h2>", "Keys"),
        ("<title>Keys of it</title><h1>The Guide</h1><h2>Keys of it</h2>", "Keys of it"),
        ("<title>Keys | The Guide</title><h1>Keys</h1><h2>The Guide</h2>", "Keys"),
        ("<title>The Guide | Keys</title><h1>Keys</h1><h2>More</h2>", "Keys"),
        ("<title>Keys</title><h1>All about keys</h1><h2>More</h2>", "All about keys"),
    ],
)
def test_the_name_of_the_site_in_the_heading_is_no_title(head: str, title: str) -> None:
    page = f"<html><body>{head}<p>The harbour was opened on Monday by the mayor of it.</p></body></html>"
    assert one(page.encode(), "p.html").title == title


def test_the_rows_of_a_data_table_in_a_newsletter_stay_together() -> None:
    rows = "<tr><th>Port</th><th>Ships</th></tr><tr><td>Orvik</td><td>41</td></tr>"
    placed = "<tr><td><p>One story.</p></td><td><p>Another.</p></td></tr>" * 2
    inside = f"<h1>Ships</h1><table>{rows}</table><table>{placed}</table>"
    page = f"<table role='presentation'><tr><td>{inside}</td></tr></table>"
    message = f"From: a@b.example\nSubject: Ships\nContent-Type: text/html\n\n{page}".encode()
    (found,) = read(message, "ships.eml")
    assert isinstance(found, NewDocument)
    assert found.text.split("\n") == ["Ships", "Port | Ships", "Orvik | 41", *["One story.", "Another."] * 2]
