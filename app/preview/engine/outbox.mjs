// What a visitor does, in one sequence: each thing is numbered, sent, and kept until the server says that it is
// applied. So the last thing done is the last applied, however late, together or twice the messages come.

const SLOW = 1000; // ms without an answer after which the page says so
const AGAIN = 3000; // ms without an answer after which all is sent once more

let last = 0; // number of the last event
let applied = 0; // of the last that the server has applied
let sent = 0;
let sentAt = 0;
let attempts = 0;
let queue = []; // not acknowledged yet
let speak = null;
let slow = false;
let timer = 0;
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

function check() {
  if (!queue.length) return;
  tell({ slow: (slow = true) });
  if (performance.now() - sentAt < AGAIN) timer = setTimeout(check, AGAIN - SLOW);
  else {
    attempts++;
    send();
  }
}

function tell(news) {
  for (const follower of followers) follower(news);
}

export const outbox = {
  /** Number of the last thing that was done. */
  get last() {
    return last;
  },

  /** Do something: a message of `app.state.events`, without its number. A frame takes the place of one that waits. */
  push(message) {
    const waits = queue.at(-1);
    if (waits?.moving && waits.number > sent && waits.side === message.side) queue.pop();
    queue = [...queue, { ...message, number: ++last }];
    tell({ pushed: message });
    flush();
  },

  /** A component that speaks for the page: how, and what the server has applied. */
  carry(how, acknowledged) {
    speak = how;
    applied = Math.max(applied, acknowledged);
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
