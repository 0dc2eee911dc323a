"""Who has left is freed, who comes back in time is not, and uploads are held to their bounds."""

from app.server.bounds import MEGABYTE, Bounds, Ledger
from app.server.visits import PATIENCE, Visits, tidy
from recipes.visiting import visitor


def test_a_visitor_who_has_left_is_closed_once():
    here, closed = {"ann", "bob"}, []
    visits = Visits(here.__contains__, closed.append)
    for name in ("ann", "bob"):
        visits.note(name)
    here.remove("bob")
    assert [visits.close_left(now) for now in (0.0, PATIENCE - 1, PATIENCE, PATIENCE + 1)] == [0, 0, 1, 0]
    assert closed == ["bob"]


def test_a_visitor_who_comes_back_in_time_keeps_everything():
    here, closed = set(), []
    visits = Visits(here.__contains__, closed.append)
    visits.note("ann")
    visits.close_left(0.0)
    here.add("ann")
    visits.close_left(PATIENCE)
    here.clear()
    visits.close_left(PATIENCE + 1)
    visits.close_left(2 * PATIENCE)
    assert not closed


def test_files_are_counted_and_what_ends_is_forgotten():
    ledger = Ledger(dict, Bounds(visitor_bytes=100, visitor_files=2, server_bytes=150))
    assert ledger.begin("ann", "1", 10) is None
    assert ledger.begin("ann", "1", 20) is None  # more of the same file
    assert ledger.begin("ann", "2", 10) is None
    assert ledger.begin("ann", "3", 10).status == 413
    ledger.end("ann", "1")
    assert ledger.begin("ann", "3", 10) is None
    ledger.end("ann", "unknown")


def test_tidying_up_works_on_this_system():
    tidy()


def test_a_visitor_with_too_much_is_told_and_others_are_not_touched(address):
    large = bytes(70 * MEGABYTE)
    with visitor(address) as hoarder, visitor(address) as other:
        hoarder.draw("images")
        assert [hoarder.upload(large)[0] for _ in range(2)] == [204, 204]
        status, words = hoarder.upload(large)
        assert status == 413
        assert "was not taken: expected at most 150 MB in 100 files" in words
        said = "".join(str(message) for message in hoarder.wait())
        assert "was not taken" in said
        assert other.upload(b"x")[0] == 204
