/** A moment in ISO 8601 with zone, in milliseconds since 1970; `NaN` where there is none, or none that can be read. */
export function momentOf(iso: string | undefined): number {
  return Date.parse(iso ?? '');
}
