// Asks for the page anew when its theme changes: what the server drew has the colours of the old one.
// `.watch` takes its colour from the theme, and a transition tells when that changes.

const watched = new WeakSet();

export default function ({ parentElement, setTriggerValue }) {
  if (watched.has(parentElement)) return;
  watched.add(parentElement);
  parentElement.querySelector(".watch").ontransitionend = () => setTriggerValue("changed", true);
}
