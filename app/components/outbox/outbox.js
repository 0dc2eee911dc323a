// Carries what the visitor does to the server, and says so while that does not answer.

const parts = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const part = parts.get(parentElement) ?? makePart(parentElement);
  parts.set(parentElement, part);
  part.show(data, setStateValue);
}

function makePart(root) {
  const note = root.querySelector(".note");
  let following = false;

  function tell({ slow }) {
    if (slow === undefined) return;
    note.hidden = !slow;
    document.documentElement.classList.toggle("opnp-waiting", slow);
  }

  return {
    async show(data, setStateValue) {
      note.textContent = data.words;
      const { outbox, listen } = await import(new URL(data.hub, document.baseURI).href);
      listen(data);
      if (!following) outbox.follow(tell);
      following = true;
      outbox.carry((events, attempt) => setStateValue("said", { events, attempt }), data.applied);
    },
  };
}
