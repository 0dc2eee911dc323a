"""The Deploy page's choice that the detector carries a threshold of its own for each class."""

import pytest
from markup import words

from app import cached
from opnp.config import UNPRUNED
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.threshold.plan import plan
from opnp.threshold.plan_by_class import plan_by_class
from opnp.threshold.rules import AcceptId

CARRIES_ONE = "The detector carries the one threshold."
CARRIES_OWN = "The detector carries a threshold of their own for 10 of 10 classes"


@pytest.fixture
def downloaded(monkeypatch):
    """What the page offers to download, read as a detector."""
    offered = []
    monkeypatch.setattr("streamlit.download_button", lambda *given, **_: offered.append(given[1]))
    return lambda: Detector.from_bytes(offered[-1]())


def planned(tpr=0.95):
    explorer = cached.ready("fashion")
    snapshot, ood = explorer.at(UNPRUNED), list(explorer.prepared.ood)
    one = plan(explorer, snapshot, ood, AcceptId(tpr), ood_share=0.1)
    return explorer, snapshot, plan_by_class(one, explorer, snapshot, ood)


def metric(app, label: str) -> str:
    return next(element.value for element in app.metric if element.label == label)


def test_the_downloaded_detector_has_them_once_they_are_chosen(dashboard, downloaded):
    app = dashboard("deploy")
    assert CARRIES_ONE in words(app)
    assert downloaded().class_thresholds is None
    before = metric(app, "Threshold"), metric(app, "ID accepted")
    app.toggle(key="by_class").set_value(True).run()
    assert not app.exception
    explorer, snapshot, expected = planned()
    assert (
        downloaded().manifest.values["metrics"]
        == make_detector(explorer, snapshot, expected).manifest.values["metrics"]
    )
    assert list(downloaded().class_thresholds) == expected.by_class.values.tolist()
    assert CARRIES_ONE not in words(app)
    assert words(app).count(CARRIES_OWN) == 2  # beside the toggle and the download
    assert "Promised:** At least 95 % of ID put in each class accepted, in all classes at once" in words(app)
    assert (metric(app, "Threshold"), metric(app, "ID accepted")) == before


def test_the_choice_is_in_the_link_and_holds_from_page_to_page_and_rule_to_rule(dashboard, downloaded):
    app = dashboard("deploy", by_class="true")
    assert app.toggle(key="by_class").value
    assert downloaded().class_thresholds is not None
    app.switch_page("views/explore.py").run()
    app.switch_page("views/deploy.py").run()
    assert app.toggle(key="by_class").value
    app.segmented_control(key="rule").set_value("Costs").run()
    assert not app.toggle
    assert downloaded().class_thresholds is None
    app.segmented_control(key="rule").set_value("ID accepted").run()
    assert app.toggle(key="by_class").value
    assert not dashboard("deploy", by_class="perhaps").toggle(key="by_class").value


def test_where_no_class_has_images_enough_there_is_nothing_to_choose(dashboard, downloaded):
    app = dashboard("deploy", by_class="true", tpr="98")
    assert app.toggle(key="by_class").disabled
    assert CARRIES_ONE in words(app)
    assert downloaded().class_thresholds is None


def test_a_detector_opened_again_brings_the_choice_back(dashboard):
    app = dashboard("deploy")
    data = make_detector(*planned(0.9)).to_bytes()
    app.file_uploader(key="detector").upload("detector.zip", data, "application/zip").run()
    own = planned(0.9)[2].by_class.values
    assert f"A threshold of each class, from {own.min():.3f} to {own.max():.3f}." in words(app)
    assert "They are the same." in words(app)
    app.button(key="restore").click().run()
    assert not app.exception
    assert app.toggle(key="by_class").value
    assert app.slider(key="tpr").value == 90.0
