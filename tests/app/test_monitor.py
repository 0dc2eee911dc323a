"""The Monitor page: simulated traffic, and a visitor's own files."""


def test_the_page_says_when_a_change_is_noticed_and_waits_for_files(dashboard):
    app = dashboard("monitor")
    assert not app.exception
    labels = [metric.label for metric in app.metric]
    assert labels == ["Noticed within", "In simulated traffic", "Rejected of this set"]
    assert "Bring a detector" in " ".join(info.value for info in app.info)


def test_no_ood_is_never_noticed(dashboard):
    app = dashboard("monitor")
    app.slider(key="mixed").set_value(0).run()
    assert not app.exception
    assert (app.metric[0].value, app.metric[1].value) == ("–", "none in 10,000")
