"""What a source has, what it brought before and what is stored, to what is to be done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.apart import Apart
from ingest.pages import Pages
from ingest.sync import Brought, Memory, Mirror, Piece, entries_of, files_of, label_of, within
from rag.errors import Rejected
from rag.types import Failure, NewDocument
from tests.ingest.files import ARTICLE, page, pdf, rss
from tests.ingest.website import Reply, fetcher, website


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as reader:
        yield reader


def never(document_id: str, document: NewDocument) -> bool:
    raise AssertionError(f"{document_id} was asked about")


def mirrored(pieces: list[Piece], before: Memory, stored: set[str]) -> tuple[Mirror, list[NewDocument]]:
    mirror = Mirror(before, stored, lambda document_id, document: False)
    return mirror, list(mirror.changes(pieces))


def piece(name: str, mark: str, *found: NewDocument | Failure) -> Piece:
    return Piece(name, mark, lambda: found)


A, B = NewDocument("Text of a.", id="a"), NewDocument("Text of b.", id="b")


def test_what_is_new_is_added_and_then_nothing_is_to_be_done_or_read() -> None:
    first, sent = mirrored([piece("a.txt", "1", A), piece("b.txt", "1", B)], Memory(), set())
    assert (first.added, first.updated, sent) == (["a", "b"], [], [A, B])

    def unread() -> list[NewDocument]:
        raise AssertionError("a piece that has not changed was read")

    again = Mirror(first.after, {"a", "b"}, never)
    assert list(again.changes([Piece("a.txt", "1", unread), Piece("b.txt", "1", unread)])) == []
    assert (again.unchanged, again.added, again.updated, again.gone()) == (2, [], [], [])
    assert again.after == first.after


def test_another_mark_with_the_same_content_changes_nothing_and_other_content_is_an_update() -> None:
    first, _ = mirrored([piece("a.txt", "1", A), piece("b.txt", "1", B)], Memory(), set())
    changed = NewDocument("Other text of b.", id="b")
    second, sent = mirrored([piece("a.txt", "2", A), piece("b.txt", "2", changed)], first.after, {"a", "b"})
    assert (second.unchanged, second.updated, sent) == (1, ["b"], [changed])


def test_only_what_the_source_brought_is_gone_and_it_stays_so_until_it_is_back() -> None:
    first, _ = mirrored([piece("a.txt", "1", A), piece("b.txt", "1", B)], Memory(), set())
    second, _ = mirrored([piece("a.txt", "1", A)], first.after, {"a", "b", "c"})
    assert second.gone() == ["b"]
    third, _ = mirrored([piece("a.txt", "1", A)], second.after, {"a", "b", "c"})
    assert third.gone() == ["b"]
    back, _ = mirrored([piece("a.txt", "1", A), piece("b.txt", "3", B)], third.after, {"a", "b", "c"})
    assert back.gone() == []


def test_what_somebody_deleted_comes_back() -> None:
    first, _ = mirrored([piece("a.txt", "1", A)], Memory(), set())
    second, sent = mirrored([piece("a.txt", "1", A)], first.after, set())
    assert (second.added, sent) == (["a"], [A])


def test_what_cannot_be_read_today_is_not_gone_and_is_tried_again() -> None:
    first, _ = mirrored([piece("a.txt", "1", A)], Memory(), set())
    broken = Failure("a", "broken_file", "It is damaged.")
    second, sent = mirrored([piece("a.txt", "2", broken)], first.after, {"a"})
    assert (second.failures, second.gone(), sent) == ([broken], [], [])
    third, _ = mirrored([piece("a.txt", "2", A)], second.after, {"a"})
    assert (third.unchanged, third.failures) == (1, [])


def test_what_is_stored_but_not_remembered_is_compared() -> None:
    mirror = Mirror(Memory(), {"a", "b"}, lambda document_id, document: document_id == "a")
    assert list(mirror.changes([piece("all.jsonl", "1", A, B)])) == [B]
    assert (mirror.unchanged, mirror.updated, mirror.added) == (1, ["b"], [])


def test_what_could_not_be_taken_in_is_read_again() -> None:
    first, _ = mirrored([piece("a.txt", "1", A), piece("b.txt", "1", B)], Memory(), set())
    first.after.read_again({"b"})
    assert [brought.mark for brought in first.after.pieces.values()] == ["1", ""]


NAMES = st.sampled_from("abcd")


@given(st.lists(st.dictionaries(NAMES, st.sampled_from(["x", "y"])), max_size=5))
def test_after_every_run_the_collection_is_the_source(states: list[dict[str, str]]) -> None:
    memory = Memory()
    stored = {"other": "z"}
    for state in states:
        pieces = [piece(name, text, NewDocument(text, id=name)) for name, text in sorted(state.items())]
        mirror = Mirror(memory, stored.keys(), never)
        for document in mirror.changes(pieces):
            stored[document.id] = document.text
        for document_id in mirror.gone():
            del stored[document_id]
        mirror.after.gone.clear()
        memory = mirror.after
        assert stored == state | {"other": "z"}


def test_memory_is_kept_in_a_file_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    memory = Memory({"a.txt": Brought("1", {"a": "digest"})}, {"b"})
    path = tmp_path / "sources" / "x.json"
    memory.save(path, "news")
    assert Memory.load(path) == memory
    for damage in ("", "[]", "{}", '{"pieces": []}', '{"pieces": {"a": 1}, "release": "", "gone": []}'):
        path.write_text(damage)
        assert Memory.load(path) == Memory()


def test_marks_of_another_release_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    Memory({"a.txt": Brought("1", {"a": "digest"})}).save(path, "news")
    path.write_text(path.read_text().replace('"release": "', '"release": "0.'))
    assert Memory.load(path) == Memory({"a.txt": Brought("", {"a": "digest"})})


def test_a_folder_is_its_articles_and_their_marks_change_with_them(tmp_path: Path, apart: Apart) -> None:
    for name, data in {"b/one.txt": b"One.", "a.pdf": pdf(ARTICLE), "picture.png": b"?"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    first = list(files_of(tmp_path, apart))
    assert [each.name for each in first] == ["a.pdf", "b/one.txt"]
    assert [found for each in first for found in each.read()] == [
        NewDocument(ARTICLE, id="a", pages=(0,)),
        NewDocument("One.", id="b/one"),
    ]
    os.utime(tmp_path / "a.pdf", ns=(1, 1))
    second = list(files_of(tmp_path, apart))
    assert [one.mark == other.mark for one, other in zip(first, second, strict=True)] == [False, True]
    (tmp_path / "a.pdf").unlink()
    (gone,) = first[0].read()
    assert isinstance(gone, Failure)
    assert gone.code == "unreadable"


def test_what_is_no_file_is_passed_over_and_what_cannot_be_looked_at_is_told(tmp_path: Path, apart: Apart) -> None:
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "a.txt").write_text(ARTICLE)
    os.mkfifo(tmp_path / "pipe.txt")
    mirror, sent = mirrored(list(files_of(tmp_path, apart)), Memory(), set())
    assert [each.id for each in sent] == ["a"]
    assert [(each.id, each.code) for each in mirror.failures] == [("loop.txt", "unreadable")]


def test_a_feed_is_its_entries_and_an_unchanged_one_is_not_fetched_again(apart: Apart) -> None:
    with website() as site:
        pages = Pages(fetcher(), apart)

        def feed(*summaries: str) -> Reply:
            items = (
                f"<item><link>{site.url(f'/{n}')}</link><description>{summary}</description></item>"
                for n, summary in enumerate(summaries)
            )
            return Reply(rss(*items), "application/rss+xml")

        for number in range(2):
            site.pages[f"/{number}"] = Reply(page(f"<p>{ARTICLE} This is number {number}.</p>"))
        site.pages["/feed"] = feed("One.", "Two.")
        first, sent = mirrored(entries_of(site.url("/feed"), pages, Memory(), set())[0], Memory(), set())
        assert [document.url for document in sent] == [site.url("/0"), site.url("/1")]
        site.pages["/feed"] = feed("One.", "Two, corrected.")
        site.asked.clear()
        stored = set(first.added)
        second, sent = mirrored(entries_of(site.url("/feed"), pages, first.after, stored)[0], first.after, stored)
        assert site.paths() == ["/feed", "/1"]
        assert (second.unchanged, sent) == (2, [])
        with pytest.raises(Rejected):
            entries_of(site.url("/none"), pages, Memory(), set())


def test_a_feed_that_has_not_changed_is_not_even_sent_again(apart: Apart) -> None:
    with website() as site:
        entry = f"<item><guid>one</guid><description>{ARTICLE}</description></item>"
        site.pages["/feed"] = Reply(rss(entry), "text/xml", headers={"ETag": '"1"'})
        pieces, validators = entries_of(site.url("/feed"), Pages(fetcher(), apart), Memory(), set())
        first, _ = mirrored(pieces, Memory(), set())
        first.after.validators = validators
        stored = set(first.added)
        again, kept = entries_of(site.url("/feed"), Pages(fetcher(), apart), first.after, stored)
        assert kept == validators == {"If-None-Match": '"1"'}
        second, sent = mirrored(again, first.after, stored)
        assert (second.unchanged, sent, second.after.pieces) == (1, [], first.after.pieces)
        deleted, _ = entries_of(site.url("/feed"), Pages(fetcher(), apart), first.after, set())
        assert len(mirrored(deleted, first.after, set())[1]) == 1, "what is not there any more is brought again"
        asked = [headers.get("if-none-match") for path, headers in site.asked if path == "/feed"]
        assert asked == [None, '"1"', None]


# -- two sources with the same names ------------------------------------------------------------------


def from_folder(label: str, before: Memory, stored: set[str], others: set[str], *pieces: Piece) -> Mirror:
    mirror = Mirror(before, stored, lambda document_id, document: False, label, others)
    stored |= {document.id for document in mirror.changes(pieces)}
    return mirror


def test_two_folders_with_the_same_names_share_no_ids() -> None:
    stored: set[str] = set()
    one = from_folder("one-1", Memory(), stored, set(), piece("a.txt", "1", A))
    two = from_folder("two-2", Memory(), stored, one.after.ids(), piece("a.txt", "1", A), piece("b.txt", "1", B))
    assert (one.added, two.added) == (["a"], ["two-2/a", "b"])
    assert one.after.ids().isdisjoint(two.after.ids())
    again = from_folder("two-2", two.after, stored, one.after.ids(), piece("a.txt", "1", A), piece("b.txt", "1", B))
    assert (again.unchanged, again.added, again.updated) == (2, [], [])
    alone = from_folder("two-2", two.after, stored, set(), piece("a.txt", "2", NewDocument("New.", id="a")))
    assert alone.updated == ["two-2/a"], "an id that it once has it keeps"


def test_folders_that_shared_an_id_before_are_told_apart_and_both_are_right_again() -> None:
    stored = {"a"}
    both = Memory({"a.txt": Brought("1", {"a": "digest"})}), Memory({"a.txt": Brought("1", {"a": "digest"})})
    one = from_folder("one-1", both[0], stored, both[1].ids(), piece("a.txt", "1", A))
    assert (one.added, one.left, one.gone()) == (["one-1/a"], {"a"}, []), "it is not removed under the other's feet"
    assert both[1].send_again(one.left)
    two = from_folder("two-2", both[1], stored, one.after.ids(), piece("a.txt", "1", B), piece("a.txt", "1", A))
    assert "a" in two.updated
    assert not one.after.send_again({"a"})


def test_a_document_that_says_what_it_is_is_one_wherever_it_lies() -> None:
    stored: set[str] = set()
    one = from_folder("one-1", Memory(), stored, set(), piece("x.md", "1", A))
    two = from_folder("two-2", Memory(), stored, one.after.ids(), piece("y.md", "1", A))
    assert (one.after.ids(), two.after.ids(), two.gone()) == ({"a"}, {"a"}, [])


@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), st.frozensets(st.sampled_from("abc"))), max_size=6))
def test_whatever_two_folders_bring_in_turns_each_has_its_own(steps: list[tuple[str, frozenset[str]]]) -> None:
    memories = {"one": Memory(), "two": Memory()}
    stored: dict[str, str] = {}
    for name, files in steps:
        (other,) = memories.keys() - {name}
        pieces = [piece(f"{file}.txt", "1", NewDocument(f"{file} of {name}", id=file)) for file in sorted(files)]
        mirror = Mirror(memories[name], stored.keys(), lambda *_: False, name, memories[other].ids())
        stored |= {document.id: document.text for document in mirror.changes(pieces)}
        for document_id in mirror.gone():
            del stored[document_id]
        mirror.after.gone.clear()
        memories[name] = mirror.after
        assert memories["one"].ids().isdisjoint(memories["two"].ids())
        assert sorted(stored[one] for one in memories[name].ids()) == sorted(f"{file} of {name}" for file in files)


def test_the_label_of_a_folder_is_its_own(tmp_path: Path) -> None:
    assert label_of(tmp_path / "a" / "news") != label_of(tmp_path / "b" / "news")
    assert label_of(tmp_path / "a" / "news").startswith("news-")
    assert len(within("x", "y" * 600)) < 512


def test_a_file_that_was_moved_is_where_it_is_now(tmp_path: Path, apart: Apart) -> None:
    (tmp_path / "one.txt").write_text("One.")
    first, _ = mirrored(list(files_of(tmp_path, apart)), Memory(), set())
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.txt").rename(tmp_path / "deep" / "one.txt")
    second, _ = mirrored(list(files_of(tmp_path, apart)), first.after, {"one"})
    assert (second.added, second.gone()) == (["deep/one"], ["one"])


def test_a_file_whose_name_is_not_utf_8_has_an_id_all_the_same(tmp_path: Path, apart: Apart) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9\x9f.txt"
    try:
        Path(os.fsdecode(path)).write_text("One.")
    except OSError:
        pytest.skip("this file system has no such names")
    first, sent = mirrored(list(files_of(tmp_path, apart)), Memory(), set())
    assert sent == [NewDocument("One.", id="café\ufffd")]
    first.after.save(tmp_path / "memory.json", os.fsdecode(path))
    assert Memory.load(tmp_path / "memory.json") == first.after
