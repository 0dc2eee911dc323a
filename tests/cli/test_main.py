"""`python -m opnp` from its first moment on."""

import pytest

from opnp import __main__
from opnp.cli import app


def test_a_ctrl_c_while_libraries_are_imported_ends_in_a_sentence(monkeypatch, capsys):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped.\n"
