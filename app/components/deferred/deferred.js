// Says once when the browser shows what lies above: each of `data.above` is a selector, whose part after
// ">>>" is looked for in the shadow roots below its first part.

const PATIENCE = 4000; // ms after which it speaks anyway

const watched = new WeakSet();

export default function ({ parentElement, data, setTriggerValue }) {
  if (watched.has(parentElement)) return;
  watched.add(parentElement);
  const end = performance.now() + PATIENCE;
  const look = () => {
    if (data.above.every(isDrawn) || performance.now() > end) setTriggerValue("seen", true);
    else requestAnimationFrame(look);
  };
  look();
}

function isDrawn(selector) {
  const [outside, inside] = selector.split(" >>> ");
  if (!inside) return document.querySelector(outside);
  return [...document.querySelectorAll(`${outside} *`)].some((node) => node.shadowRoot?.querySelector(inside));
}
