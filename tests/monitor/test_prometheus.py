import re

from monitor.on_a_stream import stream
from opnp.monitor.looks import Sign
from opnp.monitor.prometheus import exposition

LINE = re.compile(r'(opnp_monitor_\w+)\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?[0-9.e+-]+)')


def read(text):
    """Samples by name and labels, after a look at the form of each line."""
    found, told = {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# "):
            told.add(tuple(line.split()[1:3]))
            continue
        match = LINE.fullmatch(line)
        assert match, line
        assert {("HELP", match[1]), ("TYPE", match[1])} <= told
        assert (match[1], match[2]) not in found
        found[match[1], match[2]] = float(match[3])
    return found


def test_every_sample_has_help_and_type_and_the_right_value():
    seen = stream()
    found = read(exposition(seen, 'A "new"\n\\ one'))
    own = r'detector="A \"new\"\n\\ one"'
    assert found["opnp_monitor_images_total", own] == 4000
    assert found["opnp_monitor_rejected_total", own] == seen.total.rejected
    assert found["opnp_monitor_baseline_rejection_rate", own] == 0.05
    assert found["opnp_monitor_score_shift", own] == seen.shift.mean
    for sign in Sign:
        labels = f'{own},sign="{sign}"'
        assert found["opnp_monitor_alarm", labels] == 1
        assert found["opnp_monitor_alarm_image", labels] == seen.alarms[sign].image


def test_a_quiet_stream_has_every_sign_at_zero():
    found = read(exposition(stream(change=False), "it"))
    assert sum(value for (name, _), value in found.items() if "alarm" in name) == 0
