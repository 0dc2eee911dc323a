// A part of the page that follows what moves: a frame of the preview, or a row of a table that came with the part.

import { values, watch } from "./sliders.mjs";

/** The row of a table for what its slider shows; null where the server has drawn that, or the slider is not there. */
function rowOf({ slider: { key, low, step, value }, rows }) {
  const [now] = values(key);
  if (now === undefined || Math.abs(now - value) < step / 100) return null;
  return rows[Math.round((now - low) / step)] ?? null;
}

/** Mark on the page whether a slider stands elsewhere than what the server drew. */
const behind = (is) => document.documentElement.classList.toggle("opnp-behind", is);

/**
 * Follow what moves. `draw(frame)` is called when there is something else to show: a frame of the hub or a row, or
 * null for what the server said.
 */
export function makeFollower(hub, draw) {
  let data = null;
  let drawn; // last; nothing yet if undefined
  let ends = [];

  function look() {
    const frame = data.slider ? rowOf(data) : hub.instead(data);
    if (data.slider) behind(frame !== null);
    if ((frame === undefined && drawn !== undefined) || (frame && frame === drawn)) return; // soon, or already there
    drawn = frame ?? null;
    draw(drawn);
  }

  function end() {
    for (const one of ends) one();
    ends = [];
  }

  return {
    show(next) {
      data = next;
      if (drawn) drawn = null; // another part: the same frame is drawn into it again
      end();
      ends = [data.slider ? watch(data.slider.key, look) : hub.follow(look)];
      look();
    },
    end() {
      end();
      behind(false);
    },
  };
}
