import pytest

from opnp.errors import InvalidDataError
from opnp.labels.classes import join_classes
from opnp.models import numbered


def places(names, model, **more):
    return join_classes(names, model, title="ID test", **more).places


def test_equal_names_join_wherever_they_stand():
    said = join_classes(["a", "b", "c"], ["c", "a", "b"], title="ID test")
    assert (said.places, said.notes) == ((1, 2, 0), ())


def test_case_and_what_stands_between_words_do_not_matter_and_are_said():
    said = join_classes(["Sea_Lion", "polar-bear", "cat"], ["cat", "sea lion", "Polar Bear"], title="ID test")
    assert said.places == (1, 2, 0)
    assert said.notes == ("In ID test, the class 'Sea_Lion' is taken for 'sea lion', and 1 more alike.",)


def test_an_equal_name_goes_before_a_like_one():
    assert places(["cat", "Cat"], ["Cat", "cat"]) == (1, 0)


def test_a_name_that_two_logits_have_is_told_by_its_place():
    assert places(["crane", "dog", "crane"], ["crane", "dog", "crane"], ordered=True) == (0, 1, 2)


@pytest.mark.parametrize(
    ("names", "model", "said"),
    [
        (["a", "b", "c"], ["a", "a", "b"], "'a' stands twice, for the logits 0 and 1. Mend `classes`"),
        (["a", "b"], ["a", "a", "b"], "'a' stands twice, for the logits 0 and 1. Mend `classes`"),
        (["crane", "dog"], ["dog", "x", "crane", "crane"], "'crane' stands twice, for the logits 2 and 3"),
        (["a", "b"], ["b", "a", "a", "a"], "'a' stands 3 times, for the logits 1 and 2 and 3"),
    ],
)
def test_a_name_that_stands_twice_is_named_and_no_other(names, model, said):
    with pytest.raises(InvalidDataError, match="names of their own for the model's classes") as caught:
        places(names, model)
    assert said in str(caught.value)


def test_a_name_that_stands_twice_and_is_no_class_of_the_set_does_no_harm():
    assert places(["b", "c"], ["a", "a", "b", "c"]) == (2, 3)
    assert places(["a", "b"], ["a", "a", "b"], filled={"b"}) == (0, 2)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["cat", "dogs"], "one of the model's 2 but 'dogs' is none. Did you mean 'dog'?"),
        (["cat", "dog", "x", "y", "z", "w"], "'x', 'y', 'z' and 1 more are none. Rename what differs"),
    ],
)
def test_names_that_differ_are_named(names, said):
    with pytest.raises(InvalidDataError) as caught:
        places(names, ["cat", "dog"])
    assert said in str(caught.value)


def test_an_empty_folder_that_is_no_class_is_left_out_and_said():
    said = join_classes(["cat", "dog", "notes"], ["dog", "cat"], title="ID test", filled={"cat", "dog"})
    assert said.places == (1, 0, -1)
    assert "'notes' without an image" in said.notes[0]


@pytest.mark.parametrize("names", [["0", "1", "10", "2"], ["000", "001", "010", "002"]])
def test_numbers_stand_for_themselves(names):
    assert places(names, numbered(11)) == (0, 1, 10, 2)
    assert places(names, [*"abcdefghijk"]) == (0, 1, 10, 2)


def test_numbers_from_one_to_the_last_are_taken_in_their_order_and_said():
    names = sorted(map(str, range(1, 11)))
    said = join_classes(names, numbered(10), title="ID test")
    assert said.places == tuple(int(name) - 1 for name in names)
    assert "their sorted order is assumed: '1' for 'class 0'" in said.notes[0]


def test_the_order_of_numbers_is_said_and_the_other_that_may_be_meant():
    (said,) = join_classes(["0", "1", "2"], numbered(3), title="ID test").notes
    assert said == "In ID test, the classes are numbers and stand for the logits: '0' for 'class 0'."
    names = sorted(map(str, range(12)))
    (said,) = join_classes(names, numbered(12), title="ID test").notes
    assert "stand for the logits: '0' for 'class 0'. If the model was trained on them sorted as text" in said
    assert said.endswith(
        """as torchvision's ImageFolder does ('11' before '2'), say `classes = ["0", "1", "10", "11", "2", """
        """"3", "4", "5", "6", "7", "8", "9"]` in [classifier]."""
    )
    assert places(names, names) == tuple(range(12))
    assert "ImageFolder" in join_classes(names[1:], numbered(11), title="ID test").notes[0]
    assert "ImageFolder" not in join_classes(names, numbered(13), title="ID test").notes[0]
    (said,) = join_classes(names, list("abcdefghijkl"), title="ID test").notes
    assert said.endswith("in the tables of the ID sets.")


def test_a_list_of_many_numbers_is_cut():
    said = join_classes([str(n) for n in range(100)], numbered(100), title="ID test").notes[0]
    assert said.endswith('"24", "25", "26", …, "99"]` in [classifier].')


def test_a_number_without_a_logit_is_refused():
    with pytest.raises(InvalidDataError, match="numbered 0 to 2, one for each logit, but got '7'"):
        places(["0", "7"], numbered(3))
    with pytest.raises(InvalidDataError, match="two have the same one"):
        places(["1", "01"], numbered(3))


def test_where_no_name_matches_the_sorted_order_is_assumed_and_said():
    said = join_classes(["n02", "n01"], ["tench", "shark"], title="ID test")
    assert said.places == (1, 0)
    assert said.notes == (
        "No class has a name of the model's, so in ID test their sorted order is assumed: 'n01' for 'tench'.",
    )
    assert (
        "The model's classes have no names" in join_classes(["x", "y"], numbered(2), title="ID test").notes[0]
    )


def test_classes_of_the_sister_set_count():
    assert places(["x", "z"], numbered(3), every={"x", "y", "z"}) == (0, 2)


def test_empty_folders_count_where_the_number_fits_and_else_do_not():
    assert places(["x", "y", "z"], numbered(3), filled={"x", "z"}) == (0, 1, 2)
    assert places(["logs", "x", "y"], numbered(2), filled={"x", "y"}) == (-1, 0, 1)


@pytest.mark.parametrize("names", [["x", "y"], ["x", "y", "z", "w"]])
def test_too_few_or_too_many_without_names_are_refused_not_shifted(names):
    with pytest.raises(InvalidDataError, match=f"3 classes in ID test.*got {len(names)} .*nobody can tell"):
        places(names, numbered(3))


def test_an_order_that_somebody_gave_stands_where_names_do_not_speak_against_it():
    assert places(["automobile", "bird"], ["car", "bird"], ordered=True) == (0, 1)
    assert places(["0 - zero", "1 - one"], ["nought", "eins"], ordered=True) == (0, 1)
    assert places(["bird", "car"], ["car", "bird"], ordered=True) == (1, 0)
    with pytest.raises(InvalidDataError, match="'boat' is none"):
        places(["boat", "car"], ["car", "bird"], ordered=True)


def test_names_of_a_sister_set_show_that_these_were_meant_to_match():
    with pytest.raises(InvalidDataError, match=r"every class of ID test .* but 'test' is none\. .*Rename"):
        places(["test"], ["ant", "bee", "cat"], every={"ant", "bee", "cat"})
    with pytest.raises(InvalidDataError, match="'wasp' is none"):
        places(["wasp"], ["ant", "bee", "cat"], every={"ant", "bee"})


def test_classes_of_the_sister_set_are_not_laid_at_the_door_of_this_one():
    with pytest.raises(InvalidDataError, match="got 4 with those of the other ID set"):
        places(["x", "y", "z"], numbered(3), every={"w", "y", "z"})


def test_words_join_without_a_space_between_them_where_no_other_name_does():
    assert places(["fire_ant", "honey bee"], ["HoneyBee", "FireAnt"]) == (1, 0)
    assert places(["fire_ant", "fireant"], ["fireant", "fire ant"]) == (1, 0)
    assert places(["1.0", "10"], ["10", "1.0"]) == (1, 0)
