// A row of a table in words, in the places that are left for it.

export function write(root, _, row) {
  root.querySelectorAll("[data-row]").forEach((place, i) => (place.textContent = row[i]));
}
