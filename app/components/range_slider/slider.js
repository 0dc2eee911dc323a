// A range of percent with two thumbs that speaks while it moves: to the page's preview, where there is one, else
// to the server. It goes where the server says only when that has applied all that the visitor did.

const STEP = 0.5;
const LEAP = 5;
const REST = 250; // ms after the last key press that count as a release

const sliders = new WeakMap();

export default function ({ parentElement, data }) {
  const slider = sliders.get(parentElement) ?? makeSlider(parentElement, data);
  sliders.set(parentElement, slider);
  slider.show(data);
  return slider.end;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const onStep = (value) => Math.round(value / STEP) * STEP;
const tidy = (value) => String(Math.round(value * 100) / 100);

function makeSlider(root, first) {
  const track = root.querySelector(".track");
  const kept = root.querySelector(".kept");
  const thumbs = [...root.querySelectorAll(".thumb")];
  const fields = [...root.querySelectorAll(".value")];
  const marks = root.querySelector(".marks");

  let values = [0, 100];
  let live = false;
  let held = null; // the thumb under a pointer
  let undecided = false; // both thumbs lie there: the first movement tells which
  let rest = 0;
  let drawnMarks = "";
  let page = null; // the hub's module
  let end = () => {};

  const loading = import(new URL(first.hub, document.baseURI).href);
  const push = (message) => loading.then(({ outbox }) => outbox.push(message));
  const moves = () => held !== null || rest !== 0;
  const place = () => page?.hub.place(first.side, values, moves());

  function paint() {
    values.forEach((value, i) => {
      thumbs[i].style.left = `${value}%`;
      thumbs[i].setAttribute("aria-valuenow", tidy(value));
      thumbs[i].setAttribute("aria-valuetext", `${tidy(value)} percent`);
      if (document.activeElement !== fields[i] && root.activeElement !== fields[i]) fields[i].value = tidy(value);
    });
    kept.style.left = `${values[0]}%`;
    kept.style.right = `${100 - values[1]}%`;
  }

  function say(moving) {
    place();
    const previewed = Boolean(live && page?.hub.active);
    if (moving && (!live || previewed)) return;
    push({ do: "move", side: first.side, window: [...values], moving, previewed });
  }

  function move(i, value, moving) {
    const [low, high] = i === 0 ? [0, values[1]] : [values[0], 100];
    const next = clamp(value, low, high);
    const changed = next !== values[i];
    values[i] = next;
    paint();
    if (changed || !moving) say(moving);
  }

  function at(event) {
    const box = track.getBoundingClientRect();
    return clamp(((event.clientX - box.left) / box.width) * 100, 0, 100);
  }

  function nearest(value) {
    const [low, high] = values.map((one) => Math.abs(one - value));
    if (low === high) return value > values[0] ? 1 : 0;
    return low < high ? 0 : 1;
  }

  track.onpointerdown = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const value = at(event);
    held = thumbs.includes(event.target) ? thumbs.indexOf(event.target) : nearest(value);
    undecided = values[0] === values[1];
    track.setPointerCapture(event.pointerId);
    thumbs[held].focus({ preventScroll: true });
    if (!thumbs.includes(event.target)) move(held, onStep(value), true);
  };
  track.onpointermove = (event) => {
    if (held === null) return;
    const value = onStep(at(event));
    if (undecided && value === values[0]) return;
    if (undecided) held = value > values[0] ? 1 : 0;
    undecided = false;
    move(held, value, true);
  };
  track.onpointerup = track.onpointercancel = () => {
    if (held === null) return;
    held = null;
    say(false);
  };

  const leaps = {
    ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: LEAP, PageDown: -LEAP,
    Home: -Infinity, End: Infinity,
  };
  function letGo() {
    if (!rest) return;
    clearTimeout(rest);
    rest = 0;
    say(false);
  }
  thumbs.forEach((thumb, i) => {
    thumb.onblur = letGo;
    thumb.onkeydown = (event) => {
      if (!(event.key in leaps)) return letGo();
      event.preventDefault();
      event.stopPropagation();
      const leap = leaps[event.key] * (event.shiftKey && event.key.startsWith("Arrow") ? LEAP / STEP : 1);
      clearTimeout(rest);
      rest = setTimeout(letGo, REST);
      move(i, values[i] + leap, true);
    };
  });
  fields.forEach((field, i) => {
    field.onchange = () => {
      const typed = Number.parseFloat(field.value);
      if (Number.isFinite(typed)) move(i, typed, false);
      field.value = tidy(values[i]);
    };
    field.onkeydown = (event) => event.stopPropagation();
  });

  function drawMarks(list) {
    const wanted = JSON.stringify(list);
    if (wanted === drawnMarks) return;
    drawnMarks = wanted;
    marks.replaceChildren(
      ...list.map(({ sign, label, at: place, help, message }) => {
        const mark = document.createElement("button");
        mark.type = "button";
        mark.className = place < 50 ? "mark" : "mark leftwards";
        mark.style.left = `${place}%`;
        mark.textContent = place < 50 ? `${sign} ${label}` : `${label} ${sign}`;
        mark.title = help;
        mark.ariaLabel = `${mark.textContent.trim()}: ${help}`;
        mark.onclick = () => push(message);
        return mark;
      }),
    );
  }

  root.querySelector(".label").textContent = first.label;
  root.querySelector(".help").dataset.help = first.help;
  root.querySelector(".help").ariaLabel = first.help;
  root.querySelector(".slider").ariaLabel = first.label;
  ["from", "to"].forEach((end, i) => {
    thumbs[i].ariaLabel = `${first.label}: ${end}`;
    fields[i].ariaLabel = `${first.label}: ${end}, in percent`;
  });

  function follow({ pushed }) {
    if (pushed?.do !== "choose") return;
    values = [...pushed[first.side]];
    paint();
  }

  return {
    async show(data) {
      live = data.live;
      if (!page && !moves()) values = [data.low, data.high];
      paint();
      drawMarks(data.marks);
      page = await loading;
      end();
      end = page.outbox.follow(follow);
      if (data.applied >= page.outbox.last && !moves()) values = [data.low, data.high];
      paint();
      place();
    },
    end: () => end(),
  };
}
