"""Turn any error into a sentence for a visitor, never a trace."""

import logging

import streamlit as st

from app.format import message
from app.text import shell as text
from opnp._utils.foreign_code import clause
from opnp.errors import OpnpError

log = logging.getLogger("opnp.app")


def sentence(error: BaseException, expected: str) -> str:
    """Describe an error to a visitor.

    Args:
        error: Ours, whose message is made for people, or any other.
        expected: What was expected of foreign code, as in "Expected ... but".

    Returns:
        One or more sentences without paths of the machine.

    Example:
        >>> sentence(KeyError("cat"), "the set to be read")
        "Expected the set to be read but it raised KeyError: 'cat'. The log of the server says more."
    """
    if isinstance(error, OpnpError):
        return str(error)
    return text.UNEXPECTED.format(expected=expected, clause=clause(error))


def show(error: Exception) -> bool:
    """Draw the message of an error where the page has come to; the server has logged the trace.

    Of an error that is not ours nothing is shown: it may name paths and classes, and its text may raise.

    Returns:
        That nothing else is to be shown.
    """
    words = str(error) if isinstance(error, OpnpError) else text.PAGE_FAILED
    st.error(message(words), icon=":material/error:")
    return True
