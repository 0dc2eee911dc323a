// Put clicks on some of Streamlit's buttons, and their keys, into the sequence of all that a visitor does. By
// themselves they would be told apart from the other messages, and overtake them.

import { outbox } from "./outbox.mjs";

let presses = {}; // by the key of a button: its message
let shortcuts = {}; // by a key of the keyboard: the key of a button

const EDITABLE = "input, textarea, select, [contenteditable=true]";

function take(event, message) {
  event.stopImmediatePropagation();
  event.preventDefault();
  outbox.push(message);
}

function onClick(event) {
  const path = event.composedPath();
  const button = path.find((node) => node.tagName === "BUTTON");
  if (!button || button.disabled) return;
  const classes = path.flatMap((node) => [...(node.classList ?? [])]);
  const pressed = Object.keys(presses).find((key) => classes.includes(`st-key-${key}`));
  if (pressed) take(event, presses[pressed]);
}

function onKey(event) {
  const key = shortcuts[event.key.toLowerCase()];
  const typing = event.composedPath()[0].closest?.(EDITABLE);
  if (!key || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const button = document.querySelector(`.st-key-${key} button`);
  if (button && !button.disabled) take(event, presses[key]);
}

/** What was just done can be undone, before the server has heard of it. */
function enable({ pushed }) {
  if (!pushed || pushed.moving || !["move", "pick", "choose", "hold", "let go", "swap"].includes(pushed.do)) return;
  for (const button of document.querySelectorAll(".st-key-undo button")) button.disabled = false;
}

let listening = false;

/** Listen to these buttons and keys. */
export function listen(next) {
  ({ presses, shortcuts } = next);
  if (listening) return;
  listening = true;
  window.addEventListener("click", onClick, true);
  window.addEventListener("keydown", onKey, true);
  outbox.follow(enable);
}
