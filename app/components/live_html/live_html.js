// HTML as the server wrote it; while something moves, with what belongs there written into it by one of the
// preview's writers.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makePart(parentElement);
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

function makePart(root) {
  let data;
  let writers = null;
  let following = null;
  let loading = null;
  let mounted = false;
  let intact = ""; // what the server wrote, as long as nothing else is written into it

  function draw(frame) {
    if ((frame && !root.firstChild) || (!frame && intact !== data.html)) root.innerHTML = data.html;
    intact = frame ? "" : data.html;
    if (frame) writers[data.writer](root, data, frame);
  }

  async function follow() {
    const page = await (loading ??= import(new URL(data.hub, document.baseURI).href));
    if (!mounted) return;
    writers = page.writers;
    following ??= page.follower(draw);
    following.show(data);
  }

  return {
    show(next) {
      data = next;
      mounted = true;
      if (!following) draw(null);
      follow();
    },
    end() {
      mounted = false;
      following?.end();
    },
  };
}
