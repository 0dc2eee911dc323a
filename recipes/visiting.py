"""Simulate visitors without a browser: sessions over Streamlit's own socket, and uploads to them."""

import contextlib
import http.client
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

PATIENCE = 240
_EDGE = "edge-of-a-part"


class Visitor:
    """A session of a running dashboard.

    Attributes:
        session: Its id.
    """

    def __init__(self, address: str, socket: ClientConnection, token: str) -> None:
        self._address, self._socket, self._token = address, socket, token
        self.session = ""

    def draw(self, page: str = "", query: str = "") -> list[ForwardMsg]:
        """Request a page and wait until it is drawn.

        Returns:
            Everything that the server sent until it was done.
        """
        self.send(page, query)
        return self.wait()

    def send(self, page: str = "", query: str = "", widgets: Iterable[WidgetState] = ()) -> None:
        """Request a page as a browser does after a click, and do not wait for it.

        Args:
            page: Its name in the address.
            query: What follows the question mark.
            widgets: What its widgets say.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        asked.rerun_script.widget_states.widgets.extend(widgets)
        self._socket.send(asked.SerializeToString())

    def wait(self) -> list[ForwardMsg]:
        """Return all messages that the server sends until a run is done."""
        messages = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self._socket.recv(timeout=PATIENCE))
            messages.append(message)
            if message.HasField("new_session"):
                self.session = message.new_session.initialize.session_id
            if message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ) and message.HasField("script_finished"):
                return messages

    def upload(self, data: bytes, name: str = "x.png") -> tuple[int, str]:
        """Send a file to an upload address of the session.

        Returns:
            The server's status and what it says.
        """
        head = (
            f'--{_EDGE}\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{_EDGE}--\r\n".encode()
        at = urlsplit(self._address)
        connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=PATIENCE)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={_EDGE}",
            "X-Xsrftoken": self._token,
            "Cookie": f"_streamlit_xsrf={self._token}",
        }
        with contextlib.closing(connection):
            place = f"/_stcore/upload_file/{self.session}/{uuid.uuid4()}"
            connection.request("PUT", place, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()


@contextlib.contextmanager
def visitor(address: str) -> Iterator[Visitor]:
    """Open a session and draw its first page; close it when the block ends.

    Args:
        address: Of the dashboard, as `serving.dashboard` yields it.
    """
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=PATIENCE) as reply:  # noqa: S310 - loopback
        token = reply.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    patient = {"open_timeout": PATIENCE, "ping_timeout": None}
    with connect(stream, subprotocols=["streamlit"], max_size=None, **patient) as socket:  # type: ignore[arg-type, list-item]
        session = Visitor(address, socket, token)
        session.draw()
        yield session
