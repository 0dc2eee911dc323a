// A pruning in words, as `opnp.config` says it.

import { general } from "./format.mjs";

const open = ([low, high]) => low === 0 && high === 100;

/** 'unpruned', 'OPP', 'ONP' or 'OPNP'. */
export function kind({ weights, neurons }) {
  if (open(weights)) return open(neurons) ? "unpruned" : "ONP";
  return open(neurons) ? "OPP" : "OPNP";
}

/** The ranks that a pruning keeps. */
export function windowsText({ weights, neurons, scope, definition }) {
  const kept = (name, [low, high], how) => `${name} ${general(low)}–${general(high)} % (${how})`;
  const parts = [];
  if (!open(weights)) parts.push(kept("weights", weights, scope));
  if (!open(neurons)) parts.push(kept("neurons", neurons, definition));
  return parts.join(", ") || "nothing pruned";
}
