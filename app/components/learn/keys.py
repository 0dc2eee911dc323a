"""Route arrow keys: to the focused control, else to the story.

Streamlit's button shortcuts hear an arrow key even while a slider is being moved with it. This keeps such
keys from them, and while presenting lets go of a control after it was moved with the mouse.
"""

import streamlit as st

_LISTEN = """
const CONTROL = [
  "input", "textarea", "select", "[role=slider]", "[role=radiogroup] *", "[role=group] *",
  "[role=toolbar] *", "[role=combobox]", "[role=listbox] *", "[role=tablist] *", ".js-plotly-plot *",
].join(",");
const RELEASES = ["pointerup", "click"];
const asked = { release: false };

function keep(event) {
  const arrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
  const control = event.target.matches(CONTROL) && !event.target.closest(".st-key-steps");
  if (arrow && control) event.stopPropagation();
}

function release() {
  setTimeout(() => {
    const held = document.activeElement;
    if (asked.release && held.matches(CONTROL) && !held.matches("[type=text], textarea")) held.blur();
  });
}

export default function ({ data }) {
  asked.release = data.release;
  document.body.addEventListener("keydown", keep);
  for (const kind of RELEASES) document.body.addEventListener(kind, release);
  return () => {
    document.body.removeEventListener("keydown", keep);
    for (const kind of RELEASES) document.body.removeEventListener(kind, release);
  };
}
"""


def arrow_keys(*, presenting: bool) -> None:
    """Put the listener for arrow keys on the page.

    Args:
        presenting: Whether a control lets go of the keys once the mouse has moved it.
    """
    listener = st.components.v2.component("learn_arrow_keys", js=_LISTEN)
    listener(data={"release": presenting}, key="learn-arrow-keys", width="content", height="content")
