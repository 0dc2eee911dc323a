// Answers a batch of calls to the engine's modules: run by node, or by a page in Chromium.

/**
 * @param load imports a module of the engine by its name.
 * @param calls [what, ...args] each; `module.name` calls a function, `walk` and `masks` are below.
 * @param data an ArrayBuffer that `walk` and `masks` cut their experiments from.
 * @returns the results, as JSON.
 */
export async function answer(load, calls, data) {
  const results = [];
  for (const [what, ...args] of calls) {
    const [module, name] = what.split(".");
    if (name) results.push((await load(module))[name](...args));
    else {
      const [[from, to], ...others] = args;
      const bytes = data.slice(from, to);
      if (what === "work") results.push(await work(load, bytes, ...others));
      else {
        const { Engine } = await load("engine");
        results.push({ walk, masks, counted, about }[what](new Engine(bytes), ...others));
      }
    }
  }
  return JSON.stringify(results, plain);
}

/** What JSON leaves out is said in words. */
function plain(_, value) {
  if (ArrayBuffer.isView(value)) return Array.from(value);
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  return value;
}

/** Frames on the way, as the worker makes them; a step may look at `depth` blocks only. */
function walk(engine, steps) {
  return steps.map(({ depth = engine.blocks.length, ...request }) => {
    engine.scoresAt(request.baseline);
    const kept = engine.kept(request.pruning);
    for (const block of engine.blocks.slice(0, depth)) engine.advance(block, kept);
    const { confidence, correct } = engine.output(depth);
    const scores = engine.counts.map((count) => new Array(count).fill(null));
    const firsts = engine.counts.map((_, set) => engine.counts.slice(0, set).reduce((sum, count) => sum + count, 0));
    for (const block of engine.blocks.slice(0, depth)) {
      let s = 0;
      for (const { set, rows } of block.parts) for (const row of rows) scores[set][row - firsts[set]] = block.score(s++);
    }
    return { ...engine.frame(request, depth), scores, confidence, correct };
  });
}

/** The head at every step, carried along by what changes: a bit for each weight, whether it is kept. */
function masks(engine, prunings) {
  const { head } = engine;
  const carried = new Float64Array(head.weight.length);
  let from = null;
  return prunings.map((pruning) => {
    const kept = engine.kept(pruning);
    const { restart, starts, columns, values } = head.changes(from, kept);
    if (restart) carried.fill(0);
    for (let c = 0; c < head.classes; c++)
      for (let k = starts[c]; k < starts[c + 1]; k++) carried[c * head.width + columns[k]] += values[k];
    from = kept;
    const off = carried.findIndex((value, i) => value !== 0 && value !== head.weight[i]);
    const bits = Array.from(carried, (value) => (value === 0 ? "0" : "1")).join("");
    return { bits, off, counts: engine.pruned(kept), anew: head.pruned(kept) };
  });
}

/** The number of weights that are pruned, and the sum of the places of those that are kept. */
function counted(engine, prunings) {
  const { head } = engine;
  return prunings.map((pruning) => {
    const kept = engine.kept(pruning);
    const { columns, values, starts } = head.changes(null, kept);
    let sum = 0;
    for (let c = 0; c < head.classes; c++)
      for (let k = starts[c]; k < starts[c + 1]; k++) if (values[k]) sum += c * head.width + columns[k];
    return { ...engine.pruned(kept), sum };
  });
}

/** How the images are dealt, and what was read. */
function about({ exact, keys, counts, labels, head, blocks }) {
  const dealt = blocks.map(({ parts }) => parts.map(({ rows }) => rows));
  const { weight, bias, insensitive } = head;
  const features = blocks.map((block) => Array.from(block.features));
  return { exact, keys, counts, labels, weight, bias, insensitive, dealt, features };
}

/** What the worker posts when bursts of messages come; the last of each is waited for. */
async function work(load, bytes, baseline, bursts) {
  const posts = [];
  let waiting = null;
  globalThis.onmessage = null;
  globalThis.postMessage = (post) => {
    posts.push(post);
    waiting?.(post);
  };
  globalThis.fetch = async (url) => ({ ok: url === "data", status: 404, statusText: "Not Found", arrayBuffer: () => bytes });
  const said = (enough) => new Promise((resolve) => (waiting = (post) => (enough(post) || post.failed) && resolve()));
  await load("worker");
  const send = globalThis.onmessage;
  const loaded = said((post) => post.ready);
  send({ data: { load: "data", baseline } });
  await loaded;
  for (const burst of bursts) {
    const answered = said((post) => post.key === burst.at(-1).key && post.frame.intervals === null);
    for (const data of burst) send({ data });
    await answered;
  }
  const failing = said(() => false);
  send({ data: { load: "nowhere", baseline } });
  await failing;
  return posts;
}
