// @ts-check
/** Dims all of a chart but the row and the column that are meant. */

/**
 * The path of the four corners that a row and a column leave of a rectangle.
 * @param {{left: number, right: number, top: number, bottom: number}} all
 * @param {{left: number, right: number}} column
 * @param {{top: number, bottom: number}} row
 */
export function crossVeil(all, column, row) {
  const sides = [
    [all.left, column.left],
    [column.right, all.right],
  ];
  const ends = [
    [all.top, row.top],
    [row.bottom, all.bottom],
  ];
  return sides
    .flatMap(([left, right]) => ends.map(([top, bottom]) => `M${left} ${top}H${right}V${bottom}H${left}Z`))
    .join("");
}
