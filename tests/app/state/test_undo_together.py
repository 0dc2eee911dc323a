"""Many visitors at once: each one's undo follows that visitor's own moves, however busy the server is."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from streamlit.proto.WidgetStates_pb2 import WidgetState

from recipes.visiting import PATIENCE, Visitor, visitor

VISITORS = 25
ROUNDS = 3
PAGE = "images"
"""It has the controls and draws little else."""

Window = tuple[float, float]


class Desk:
    """The slider of weights and the outbox of one visitor, as a browser knows them."""

    def __init__(self, one: Visitor) -> None:
        self._one, self._number = one, 0
        self._said, self._events = WidgetState(), []
        self.window = (0.0, 100.0)
        self.take(one.draw(PAGE))

    def take(self, messages) -> None:
        for message in messages:
            component = message.delta.new_element.bidi_component
            if component.id.endswith("-outbox"):
                self._said.id = component.id
                applied = json.loads(component.json)["applied"]
                self._events = [event for event in self._events if event["number"] > applied]
            if component.id.endswith("-weights-slider"):
                said = json.loads(component.json)
                self.window = (said["low"], said["high"])

    def release(self, window: Window) -> None:
        self._do({"do": "move", "side": "weights", "window": window, "moving": False})

    def undo(self) -> None:
        self._do({"do": "undo"})

    def _do(self, message) -> None:
        self._number += 1
        self._events.append(message | {"number": self._number})
        self._said.json_value = json.dumps({"said": {"events": self._events}})
        self._one.send(PAGE, widgets=[self._said])

    def wait_for(self, window: Window) -> None:
        """Until the page shows that position; raises TimeoutError if it comes to another one and stays."""
        while self.window != window:
            self.take(self._one.wait())


def play(address: str, seed: int, together: Barrier) -> list[Window]:
    """Moves and undos of one visitor, some of them before the last was answered; where the page ends."""
    draw = random.Random(seed)  # noqa: S311 - a game
    shown: list[Window] = [(0.0, 100.0)]
    ends = []
    with visitor(address) as one:
        desk = Desk(one)
        together.wait()
        for step in range(ROUNDS):
            window = (float(seed), float(50 + 10 * step + draw.randint(0, 9)))
            desk.release(window)
            if step == 0 or draw.random() < 0.3:  # before the first move there is no undo
                desk.wait_for(window)
                shown.append(window)
            else:
                desk.undo()  # what is undone may never have been drawn
                desk.take(one.wait())
                desk.wait_for(shown[-1])
        while len(shown) > 1:
            shown.pop()
            desk.undo()
            desk.wait_for(shown[-1])
            ends.append(desk.window)
        desk.take(one.draw(PAGE))
        assert desk.window == (0.0, 100.0)
    return ends


def test_every_visitor_undoes_only_what_that_visitor_did(address):
    with visitor(address):  # the experiment is loaded once, before they come
        together = Barrier(VISITORS, timeout=2 * PATIENCE)
        with ThreadPoolExecutor(VISITORS) as pool:
            list(pool.map(lambda seed: play(address, seed, together), range(1, VISITORS + 1)))
