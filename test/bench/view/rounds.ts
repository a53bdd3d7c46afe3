/** Rows in the view. */
export const rowCount = 10_000;
/** How often each way of drawing is measured. */
export const rounds = 5;

/** @param at milliseconds since 1970 */
export function changedLabel(at: number): string {
  return `changed at ${at} ms`;
}

/** When a row changed whose text this is, in milliseconds since 1970. */
export function changeIn(text: string): number | undefined {
  const at = /changed at (\d+) ms/u.exec(text)?.[1];
  return at === undefined ? undefined : Number(at);
}
