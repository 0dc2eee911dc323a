// Read what `app.preview.data` writes: a header in JSON, then arrays, each byte plane by itself.

const HALF = Float32Array.from({ length: 65536 }, (_, bits) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
});
const KINDS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float16: Uint16Array, float32: Float32Array };

/** The header with its arrays in place of what describes them. */
export function read(buffer) {
  const bytes = new Uint8Array(buffer);
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  for (const [name, { kind, count, at }] of Object.entries(header.arrays))
    header.arrays[name] = array(kind, bytes.subarray(4 + length + at), count);
  return header;
}

function array(kind, planes, count) {
  const made = new KINDS[kind](count);
  const size = made.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(made.buffer);
  for (let plane = 0; plane < size; plane++)
    for (let i = 0, from = plane * count; i < count; i++) bytes[i * size + plane] = planes[from + i];
  return kind === "float16" ? Float32Array.from(made, (bits) => HALF[bits]) : made;
}

/** One bit each, the first in the highest place. */
export const bits = (packed, count) => Uint8Array.from({ length: count }, (_, i) => (packed[i >> 3] >> (7 - (i & 7))) & 1);
