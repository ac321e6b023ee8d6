// @ts-check
/** Where the columns of the allocation are: neurons side by side, with a gap between their owners' groups. */

/** Widest gap between two groups, and the part of the width that all gaps together may take. */
const GAP = 3;
const GAPS = 0.15;

/** @typedef {{word: number, from: number, to: number, left: number, right: number}} Group its columns go from place `from` up to, but without, `to` */

/**
 * @typedef {object} Columns
 * @property {Group[]} groups
 * @property {number} step width of a column
 * @property {number[]} order the columns from left to right
 * @property {(column: number) => number} place of a column in that order
 * @property {(column: number) => number} left left edge of a column
 * @property {(x: number) => number} at the column that is nearest to x
 */

/** The same columns, `by` pixels further left. @param {Columns} columns @param {number} by @returns {Columns} */
export const shifted = (columns, by) => ({
  ...columns,
  groups: columns.groups.map((group) => ({ ...group, left: group.left - by, right: group.right - by })),
  left: (column) => columns.left(column) - by,
  at: (x) => columns.at(x + by),
});

/**
 * @param {ArrayLike<number>} owner the owner of each column; equal owners are adjacent
 * @param {number} width
 * @param {(column: number) => boolean} [isFirst] which columns come before the others of their group
 * @returns {Columns}
 */
export function columnsOf(owner, width, isFirst = () => true) {
  /** @type {Group[]} */
  const groups = [];
  /** Number of the group of each column. */
  const groupOf = new Uint32Array(owner.length);
  for (let column = 0; column < owner.length; column += 1) {
    if (groups.at(-1)?.word !== owner[column]) groups.push({ word: owner[column], from: column, to: column, left: 0, right: 0 });
    groups[groups.length - 1].to = column + 1;
    groupOf[column] = groups.length - 1;
  }
  const order = groups.flatMap(({ from, to }) => {
    const members = Array.from({ length: to - from }, (_, at) => from + at);
    return [...members.filter((column) => isFirst(column)), ...members.filter((column) => !isFirst(column))];
  });
  const places = new Uint32Array(owner.length);
  for (const [place, column] of order.entries()) places[column] = place;
  const gap = Math.min(GAP, (GAPS * width) / Math.max(1, groups.length - 1));
  const step = (width - gap * Math.max(0, groups.length - 1)) / Math.max(1, owner.length);
  const leftOf = (/** @type {number} */ column) => places[column] * step + gap * groupOf[column];
  for (const group of groups) {
    group.left = leftOf(order[group.from]);
    group.right = leftOf(order[group.to - 1]) + step;
  }
  const at = (/** @type {number} */ x) => {
    const group = groups.find(({ right: end }) => x < end + gap / 2) ?? groups[groups.length - 1];
    const place = group.from + Math.floor((x - group.left) / step);
    return order[Math.min(group.to - 1, Math.max(group.from, place))];
  };
  return { groups, step, order, place: (column) => places[column], left: leftOf, at };
}
