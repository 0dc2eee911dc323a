// Streamlit's own sliders while they move. They tell the server on release; what they show, their inputs say at once.

const watched = new Map(); // by the key of a slider: whom to tell
let observer = null;

const inside = (key, what) => `.st-key-${CSS.escape(key)} ${what}`;

/** What a slider says, thumb by thumb; empty while it is not on the page. Its inputs' own values are rounded to a step. */
export const values = (key) =>
  [...document.querySelectorAll(inside(key, "input[type=range]"))].map((input) => Number.parseFloat(input.ariaValueText));

/** Whether a thumb of it is held. */
export const held = (key) => Boolean(document.querySelector(inside(key, "[data-dragging=true]")));

function onChange(records) {
  const brings = ({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.("input[type=range]"));
  const drawn = records.some(brings);
  for (const [key, told] of watched) {
    const box = `.st-key-${CSS.escape(key)}`;
    const moved = records.some(({ type, target }) => type === "attributes" && target.closest(box));
    if (drawn || moved) for (const tell of told) tell();
  }
}

/** Call a function whenever a slider moves, is let go or is drawn anew; returns one that ends it. */
export function watch(key, tell) {
  if (!observer) {
    observer = new MutationObserver(onChange);
    observer.observe(document.body, {
      subtree: true, childList: true, attributeFilter: ["aria-valuetext", "data-dragging"],
    });
  }
  if (!watched.has(key)) watched.set(key, new Set());
  watched.get(key).add(tell);
  return () => watched.get(key).delete(tell);
}
