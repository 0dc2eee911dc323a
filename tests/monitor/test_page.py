import dataclasses
import html.parser

import numpy as np

from monitor.on_a_stream import BASELINE, stream
from opnp.monitor.page import report_page
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.traffic import watched_stream


class Reader(html.parser.HTMLParser):
    """The tags of a page, what they refer to, and its words."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.sources, self.words, self.handlers = set(), [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.words.append(data)


HOSTILE = '"><script>alert(1)</script>'


def page(**asked):
    seen = stream(**asked)
    picture = {seen.strangest[0].image: "data:image/jpeg;base64,AAAA"}
    return seen, report_page(seen, title=HOSTILE, source=HOSTILE, thumbnails=picture)


def test_nothing_in_it_runs_and_nothing_is_loaded():
    _, text = page(times=True)
    read = Reader(text)
    assert read.sources == ["data:image/jpeg;base64,AAAA"]
    assert not read.tags & {"script", "link", "iframe", "i", "b", "u"}
    assert not read.handlers
    assert "http" not in text.replace("http-equiv", "")
    assert "default-src 'none'" in text
    assert HOSTILE in read.words


def test_no_name_turns_the_words_around_it():
    turning = "c\u202etac"
    known = dataclasses.replace(BASELINE, class_names=(turning, *BASELINE.class_names[1:]))
    batch = ScoredBatch(np.zeros(20), [turning] * 20, [f"{turning}.png"] * 20, [turning] * 20)
    text = report_page(watched_stream([batch], known), title=turning, source=turning, thumbnails={})
    assert "\u202e" not in text
    assert "c�tac: 100.0 % of 20 images" in text


def test_it_says_what_was_seen():
    seen, text = page()
    words = " ".join(Reader(text).words)
    assert f"{seen.total.rejected:,} of them rejected" in words
    assert words.count("alarm at image") == 3
    assert "2 files were no image" in words
    for image in seen.strangest:
        assert image.file in words
    _, quiet = page(change=False)
    assert " ".join(Reader(quiet).words).count(" quiet ") == 3
    _, few = page(change=False, images=7)
    assert few.count("not tested yet: it takes at least") == 3
    assert 'class="verdict few"' in few
