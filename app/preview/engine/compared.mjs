// What a frame is compared with.

/** The server's figures, which are of all images; of other OOD sets than it drew, those of the engine. */
export function compared({ before, position }, frame) {
  return String(position.ood) === String(frame.ood) ? before : { ...before, ...frame.before };
}
