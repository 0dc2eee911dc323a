// A part of the page that follows what moves: a frame of the preview, or a row of a table that came with the part.

import { values, watch } from "./sliders.mjs";

/** The row of a table for what its slider shows; null while that is not on the page. */
function rowOf({ slider: { key, low, step }, rows }) {
  const [value] = values(key);
  return rows[Math.round((value - low) / step)] ?? null;
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
    if (data.slider) behind(Boolean(frame) && frame !== data.rows[data.slider.at]);
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
