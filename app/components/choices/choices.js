// Buttons of which one, or any number, is chosen. They show at once what the visitor chooses: what the server said,
// with all that was done since.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makePart(parentElement, data);
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

function makePart(root, first) {
  const { field, label } = first;
  const several = Array.isArray(first.chosen);
  const options = root.querySelector(".options");
  const help = root.querySelector(".help");

  let data = first;
  let drawn = ""; // the options that stand there
  let outbox = null;
  let end = () => {};

  const loading = import(new URL(first.hub, document.baseURI).href);
  const chosen = () => (outbox ? outbox.present({ [field]: data.chosen }, data.applied)[field] : data.chosen);

  function paint() {
    const now = chosen();
    for (const button of options.children) {
      const on = several ? now.includes(button.value) : now === button.value;
      button.setAttribute(several ? "aria-pressed" : "aria-checked", on);
      button.tabIndex = several || on ? 0 : -1;
    }
  }

  async function pick(key) {
    await loading;
    const now = chosen();
    if (key === now) return;
    const keys = data.options.map(([one]) => one);
    const value = several ? keys.filter((one) => now.includes(one) !== (one === key)) : key;
    outbox.push({ do: "pick", field, value });
  }

  function draw() {
    const wanted = JSON.stringify(data.options);
    if (wanted === drawn) return;
    drawn = wanted;
    options.replaceChildren(
      ...data.options.map(([key, title]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.value = key;
        button.textContent = title;
        if (!several) button.role = "radio";
        button.onclick = () => pick(key);
        return button;
      }),
    );
  }

  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  options.onkeydown = (event) => {
    const step = steps[event.key];
    if (several || !step) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...options.children];
    const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
    next.focus();
    pick(next.value);
  };

  root.querySelector(".label").textContent = label;
  options.role = several ? "group" : "radiogroup";
  options.ariaLabel = label;
  help.hidden = !first.help;
  help.ariaLabel = `Help for ${label}`;
  first.help.split("**").forEach((words, i) => {
    const part = document.createElement(i % 2 ? "strong" : "span");
    part.textContent = words;
    root.querySelector(".tip").append(part);
  });

  return {
    async show(next) {
      data = next;
      draw();
      paint();
      ({ outbox } = await loading);
      end();
      end = outbox.follow(paint);
      paint();
    },
    end: () => end(),
  };
}
