// What a visitor does, in one sequence: each thing is numbered, sent, and kept until the server says that it is
// applied. So the last thing done is the last applied, however late, together or twice the messages come.

const KEPT = "opnp-outbox"; // in the tab's storage, while it loads anew
const SLOW = 1000; // ms without an answer after which the page says so
const AGAIN = 3000; // ms without an answer after which all is sent once more
const REMEMBERED = 100; // acknowledged messages that parts of the page may not have been drawn for yet

let last = 0; // number of the last event
let applied = 0; // of the last that the server has applied
let sent = 0;
let sentAt = 0;
let attempts = 0;
let queue = []; // not acknowledged yet
let acknowledged = []; // before those
let speak = null;
let slow = false;
let timer = 0;
let server = null; // {name, at}: of the process that drew the page, and where to ask for the one that answers
const followers = new Set();

function flush() {
  if (!speak || !queue.length || sent === last) return;
  const flying = sent > applied && performance.now() - sentAt < AGAIN;
  if (flying && queue.at(-1).moving) return; // one frame is on its way at a time
  send();
}

function send() {
  [sent, sentAt] = [last, performance.now()];
  speak(queue, attempts);
  clearTimeout(timer);
  timer = setTimeout(check, slow ? AGAIN : SLOW);
}

async function check() {
  if (!queue.length) return;
  tell({ slow: (slow = true) });
  if (await replaced()) return reload();
  if (performance.now() - sentAt < AGAIN) timer = setTimeout(check, AGAIN - SLOW);
  else {
    attempts++;
    send();
  }
}

/** Whether the server was started anew: it knows nothing of this page. */
async function replaced() {
  try {
    const response = await fetch(server.at, { cache: "no-store" });
    return response.ok && (await response.text()) !== server.name;
  } catch {
    return false; // it does not answer
  }
}

/** Load the page anew where it stands, and do then what was not applied. */
function reload() {
  sessionStorage.setItem(KEPT, JSON.stringify(queue.filter(({ moving }) => !moving)));
  location.reload();
}

/** Settings after a message, as far as the browser knows: what an undo or a swap brings, the server says. */
function after(settings, message) {
  if (message.do === "pick") return { ...settings, [message.field]: message.value };
  const { scope, definition } = message;
  return message.do === "choose" ? { ...settings, scope, definition } : settings;
}

function tell(news) {
  for (const follower of followers) follower(news);
}

export const outbox = {
  /** Number of the last thing that was done. */
  get last() {
    return last;
  },

  /** Scope, definition and OOD sets now: as the server said them at an event, with what was done since. */
  present(settings, number) {
    return [...acknowledged, ...queue].filter((message) => message.number > number).reduce(after, settings);
  },

  /** Do something: a message of `app.state.events`, without its number. A frame takes the place of one that waits. */
  push(message) {
    const waits = queue.at(-1);
    if (waits?.moving && waits.number > sent && waits.side === message.side) queue.pop();
    queue = [...queue, { ...message, number: ++last }];
    tell({ pushed: message });
    flush();
  },

  /** A component that speaks for the page: how, what the server has applied, and which server it is. */
  carry(how, upTo, which) {
    [speak, server] = [how, which];
    applied = Math.max(applied, upTo);
    acknowledged = [...acknowledged, ...queue.filter(({ number }) => number <= applied)].slice(-REMEMBERED);
    queue = queue.filter(({ number }) => number > applied);
    if (!queue.length && slow) tell({ slow: (slow = false) });
    flush();
  },

  /** Call a function at every push, and when the server becomes slow or answers again. */
  follow(follower) {
    followers.add(follower);
    return () => followers.delete(follower);
  },
};

for (const { number, ...message } of JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")) outbox.push(message);
sessionStorage.removeItem(KEPT);
