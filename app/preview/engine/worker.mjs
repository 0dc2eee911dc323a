// The engine in a thread of its own. The newest position wins; where it knows a sample anyway, a frame that would
// be late looks at less of it.

import { Engine } from "./engine.mjs";

const BUDGET = 28; // ms of a frame while positions keep coming
const SPARE = 12; // ms below which the next frame may look at more images

let engine = null;
let wanted = null;
let serving = false;
let limit = Infinity; // blocks that a frame in motion looks at, at most

onmessage = async ({ data }) => {
  if (data.load) {
    try {
      await load(data.load, data.baseline);
      postMessage({ ready: true, exact: engine.exact });
    } catch (error) {
      postMessage({ failed: String(error) });
    }
  } else if (engine) {
    wanted = data;
    if (!serving) serve();
  }
};

async function load(url, baseline) {
  const response = await fetch(url, { priority: "low" });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const made = new Engine(await response.arrayBuffer());
  made.scoresAt(baseline);
  engine = made;
}

async function serve() {
  serving = true;
  try {
    while (wanted) {
      const request = wanted;
      wanted = null;
      await answer(request);
    }
  } catch (error) {
    postMessage({ failed: String(error) });
  }
  serving = false;
}

async function answer(request) {
  if (!engine.tuned(request.ood).length) return; // nothing to tune on: the page says so
  const start = performance.now();
  const { blocks } = engine;
  engine.scoresAt(request.baseline);
  const kept = engine.kept(request.pruning);
  if (engine.exact) {
    for (const block of blocks) engine.advance(block, kept);
    return show(request, blocks.length);
  }
  const behind = blocks.findIndex((block) => block.kept !== blocks[0].kept); // after a jump, most are far away
  const aim = Math.min(limit, behind === -1 ? blocks.length : behind);
  let done = 0;
  while (done < aim && (done === 0 || performance.now() - start < 2 * BUDGET)) engine.advance(blocks[done++], kept);
  show(request, done);
  const took = performance.now() - start;
  if (took > BUDGET && done > 1) limit = Math.max(1, Math.floor((done * BUDGET) / took));
  else if (took < SPARE) limit = Math.min(limit + 1, blocks.length);
  while (done < blocks.length) {
    await tick();
    if (wanted) return;
    engine.advance(blocks[done++], kept);
    show(request, done);
  }
}

const show = (request, done) => postMessage({ key: request.key, frame: engine.frame(request, done) });

const channel = new MessageChannel();

/** Let messages that have come be read. */
const tick = () =>
  new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(0);
  });
