/** Repeatable chance for the tests: the same seed gives the same history. */

/** @param {number} seed */
export function chance(seed) {
  let state = seed + 0x9e3779b9;
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit);
  /**
   * @template T
   * @param {T[]} items
   */
  const shuffled = (items) =>
    items
      .map((item) => ({ item, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  return { next, below, shuffled };
}
