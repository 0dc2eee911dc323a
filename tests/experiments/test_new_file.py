import tomllib

from hypothesis import given
from hypothesis import strategies as st

from opnp.experiments.new_file import TableDraft, experiment_text

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
"""Whatever TOML can hold: no half of a surrogate pair."""


@given(title=TEXT, path=TEXT, names=st.lists(TEXT), share=st.floats(0, 1), count=st.integers(0, 2**62))
def test_every_value_is_read_as_it_was_written(title, path, names, share, count):
    model = TableDraft(
        {"source": "checkpoint", "path": path, "classes": names}, "One\nand two", "[three]\nfour"
    )
    train = TableDraft({"subset": share, "seed": count})
    read = tomllib.loads(experiment_text(title, model, {"train": train}, [TableDraft({"key": "a"}), train]))
    assert read == {
        "experiment": {"title": title},
        "classifier": model.table,
        "id": {"train": train.table},
        "ood": [{"key": "a"}, train.table],
    }


def test_comments_stand_above_and_below_their_table():
    text = experiment_text("a", TableDraft({"source": "b"}, "Above", "Below"), {}, [])
    assert '\n# Above\n[classifier]\nsource = "b"\n\n# Below\n' in text
