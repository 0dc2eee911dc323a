// Numbers in the page's words, digit by digit as Python formats them: what lies halfway goes to the even digit.

/** Python's f"{value:.{digits}f}". Halfway is what ends in a binary half of the last digit, exactly. */
export function fixed(value, digits) {
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const text = size.toFixed(digits);
  const halfway = (size * 2 ** (digits + 1)) % 2 === 1;
  if (!halfway || Number(text.at(-1)) % 2 === 0) return sign + text;
  return sign + (Number(text) - 10 ** -digits).toFixed(digits);
}

/** Python's f"{value:g}" of what is below a million. */
export function general(value) {
  const [digits, exponent] = value.toExponential(5).split("e").map(Number);
  if (exponent >= -4) return fixed(value, 5 - exponent).replace(/\.?0+$/, "");
  return `${digits}e-${String(-exponent).padStart(2, "0")}`;
}

export const percent = (fraction) => `${fixed(100 * fraction, 1)} %`;

export function points(change) {
  const rounded = fixed(100 * change, 1);
  return `${Number(rounded) === 0 ? "0.0" : change > 0 ? `+${rounded}` : rounded} points`;
}

const MOST_DIGITS = 4;

/** Ends in percent; more decimals where an end would read as 0 or 100 that is not, or both the same. */
export function interval([low, high], digits = 1) {
  const [from, to] = [fixed(100 * low, digits), fixed(100 * high, digits)];
  const hidden = (high > 0 && Number(to) === 0) || (100 * low < 100 && Number(from) === 100);
  const enough = digits >= MOST_DIGITS || !(hidden || (from === to && low !== high));
  return enough ? `${from}–${to} %` : interval([low, high], digits + 1);
}

export const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Fill `{name}` in a sentence. */
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
