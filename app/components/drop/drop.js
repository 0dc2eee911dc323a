// Takes what is dropped anywhere on the page, pasted, or chosen as a folder, and hands it to the page's own
// uploaders: pictures to one, a zip or a packed folder to the other. Limits and errors are then theirs.
const PICTURE = /\.(png|jpe?g|webp|bmp|gif|tiff?)$/i;
const ZIP = /\.zip$/i;
const MOST_WALKED = 20000;
const PATIENCE = 10000; // ms to wait for an uploader
let given = null; // the uploader that is being handed files by this script

export default function ({ parentElement: root, data }) {
  root.opnpStop?.abort(); // called again after every run: listen once, with the newest words
  const stop = (root.opnpStop = new AbortController());
  const [overlay, status, button, chooser] = ["overlay", "status", "button", "input"].map((name) =>
    root.querySelector(`.${name}`),
  );
  const { words } = data;
  overlay.textContent = words.overlay;
  button.textContent = words.folder;
  button.hidden = !data.open;

  if (root.opnpOpen !== data.open) status.textContent = ""; // what was said is settled
  root.opnpOpen = data.open;

  const say = (text) => (status.textContent = text);
  const on = (target, type, act) =>
    target.addEventListener(type, act, { capture: true, signal: stop.signal });
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const take = (files) => bring(files, data, say).catch(() => say(words.failed));

  on(document, "dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    overlay.hidden = false;
  });
  on(document, "dragenter", (event) => hasFiles(event) && event.stopPropagation());
  on(document, "dragleave", (event) => {
    if (!hasFiles(event)) return;
    event.stopPropagation();
    if (!event.relatedTarget) overlay.hidden = true;
  });
  on(document, "drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    overlay.hidden = true;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()); // only now
    const loose = [...event.dataTransfer.files];
    const folders = entries.filter((entry) => entry?.isDirectory);
    if (!folders.length) return take(loose);
    walk(folders)
      .then((files) => pack([...files, ...loose], folders[0].name, data, say))
      .catch(() => say(words.failed));
  });
  on(document, "paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
    take(files.map((file) => (file.name === "image.png" ? renamed(file, `pasted ${time}.png`) : file)));
  });
  on(document, "change", (event) => {
    const { target } = event;
    if (!target.matches?.(`${data.pictures} input[type=file]`) || target === given) return;
    const files = [...target.files];
    if (files.length <= data.most && !files.some((file) => ZIP.test(file.name))) return;
    event.stopPropagation();
    target.value = "";
    take(files);
  });
  on(button, "click", () => chooser.click());
  on(chooser, "change", () => {
    const files = [...chooser.files];
    chooser.value = "";
    const name = files[0]?.webkitRelativePath.split("/")[0] || "folder";
    pack(files, name, data, say).catch(() => say(words.failed));
  });
  return () => stop.abort();
}

async function bring(files, data, say) {
  const zip = files.find((file) => ZIP.test(file.name));
  const others = files.filter((file) => !ZIP.test(file.name));
  say("");
  if (zip) await giveSet(zip, data, say);
  if (others.length > data.most) await pack(others, "pictures", data, say);
  else if (others.length) await give(others, data.pictures);
}

async function giveSet(zip, data, say) {
  if (!data.open) return say(data.words.busy);
  await give([zip], data.set);
}

async function give(files, place) {
  const input = await uploader(place);
  const carrier = new DataTransfer();
  files.forEach((file) => carrier.items.add(file));
  input.files = carrier.files;
  given = input;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  given = null;
}

async function walk(folders) {
  const found = [];
  const open = [...folders];
  while (open.length && found.length < MOST_WALKED) {
    const reader = open.pop().createReader();
    for (;;) {
      const some = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!some.length) break;
      open.push(...some.filter((entry) => entry.isDirectory));
      const entries = some.filter((entry) => entry.isFile && PICTURE.test(entry.name));
      found.push(...(await Promise.all(entries.map(opened))));
    }
  }
  return found;
}

const opened = (entry) =>
  new Promise((yes, no) =>
    entry.file((file) => yes(Object.assign(file, { opnpPath: entry.fullPath.slice(1) })), no),
  );

const pathOf = (file) => file.opnpPath || file.webkitRelativePath || file.name;
const renamed = (file, name) => new File([file], name, { type: file.type });

async function pack(files, name, data, say) {
  if (!data.open) return say(data.words.busy);
  const pictures = files.filter((file) => PICTURE.test(file.name) && !file.name.startsWith("."));
  pictures.sort((one, other) => (pathOf(one) < pathOf(other) ? -1 : 1));
  if (!pictures.length) return say(data.words.nothing);
  const chosen = fitting(pictures, data.images, data.bytes);
  const fill = (text) => text.replace("{chosen}", chosen.length).replace("{all}", pictures.length);
  say(fill(chosen.length < pictures.length ? data.words.some : data.words.packing));
  await giveSet(await zipped(chosen, `${name}.zip`), data, say);
}

/** The uploader of a place, which a page that was just opened may not have drawn yet. */
async function uploader(place) {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const input = document.querySelector(`${place} input[type=file]`);
    if (input) return input;
    await new Promise((yes) => setTimeout(yes, 100));
  }
  throw new Error(`no uploader in ${place}`);
}

/** As many as the limits allow, spread evenly over the folder. */
function fitting(files, most, bytes) {
  for (let count = Math.min(files.length, most); count > 1; count = Math.floor(count * 0.9)) {
    const chosen = Array.from({ length: count }, (_, place) => files[Math.floor((place * files.length) / count)]);
    if (chosen.reduce((sum, file) => sum + file.size + 400, 0) <= bytes) return chosen;
  }
  return files.slice(0, 1);
}

/** A zip without compression: pictures are compressed already. */
async function zipped(files, name) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const file of files) {
    const path = new TextEncoder().encode(pathOf(file));
    const sum = crc32(new Uint8Array(await file.arrayBuffer()));
    const common = [[20, 2], [0x800, 2], [0, 2], [0, 2], [0x21, 2], [sum, 4], [file.size, 4], [file.size, 4], [path.length, 2], [0, 2]]; // prettier-ignore
    parts.push(bytes([[0x04034b50, 4], ...common]), path, file);
    directory.push(bytes([[0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), path); // prettier-ignore
    offset += 30 + path.length + file.size;
  }
  const size = directory.reduce((total, part) => total + part.length, 0);
  const end = [[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]]; // prettier-ignore
  return new File([...parts, ...directory, bytes(end)], name, { type: "application/zip" });
}

/** Pairs of value and width in bytes, little-endian. */
function bytes(fields) {
  const out = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(out.buffer);
  let place = 0;
  for (const [value, width] of fields) {
    width === 4 ? view.setUint32(place, value, true) : view.setUint16(place, value, true);
    place += width;
  }
  return out;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data) {
  let sum = 0xffffffff;
  for (const byte of data) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 255];
  return ~sum >>> 0;
}
