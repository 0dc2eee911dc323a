// Carries what the visitor does to the server, and says so while that does not answer.

const parts = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const { dataset } = document.documentElement;
  dataset.opnpHub ??= data.hub;
  if (dataset.opnpHub !== data.hub) return location.reload(); // the server has been replaced by another version
  const part = parts.get(parentElement) ?? makePart(parentElement);
  parts.set(parentElement, part);
  part.show(data, setStateValue);
}

function makePart(root) {
  const note = root.querySelector(".note");
  let following = false;

  function say(words) {
    note.hidden = !words;
    note.textContent = words;
  }

  return {
    async show(data, setStateValue) {
      try {
        const { outbox, listen } = await import(new URL(data.hub, document.baseURI).href);
        listen(data);
        if (!following)
          outbox.follow(({ slow }) => {
            if (slow === undefined) return;
            say(slow ? data.slow : "");
            document.documentElement.classList.toggle("opnp-waiting", slow);
          });
        following = true;
        const which = { name: data.server, at: new URL(data.which, document.baseURI).href };
        outbox.carry((events, attempt) => setStateValue("said", { events, attempt }), data.applied, which);
      } catch (error) {
        say(data.broken);
        throw error;
      }
    },
  };
}
