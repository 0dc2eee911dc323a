// Numbers in the page's words, digit by digit as Python formats them: what lies halfway goes to the even digit.

/** Python's f"{value:.{digits}f}". Halfway is what ends in a binary half of the last digit, exactly. */
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  const halves = Math.abs(value) * 2 ** (digits + 1);
  if (!Number.isInteger(halves) || halves % 2 === 0) return text;
  const even = Number(text.at(-1)) % 2 === 0;
  return even ? text : (Number(text) - Math.sign(value) * 10 ** -digits).toFixed(digits);
}

export const percent = (fraction) => `${fixed(100 * fraction, 1)} %`;

export function points(change) {
  const rounded = fixed(100 * change, 1);
  return `${Number(rounded) === 0 ? "0.0" : change > 0 ? `+${rounded}` : rounded} points`;
}

export const interval = ([low, high]) => `${fixed(100 * low, 1)}–${fixed(100 * high, 1)} %`;

export const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Fill `{name}` in a sentence. */
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
