/**
 * A moment as v2 writes it: UTC with microseconds and without a zone, `2026-01-13T12:00:00.123456`.
 * The simulator's clock has milliseconds only, so the last three digits are made up, the same for the same moment.
 */
export function naiveUtc(milliseconds: number): string {
  const made = String(((milliseconds % 1_000) * 7_919) % 1_000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${made}`;
}

/** A moment as v1 writes it, and as the documents of v3 and v4 have it: the same with a `Z`. */
export function zonedUtc(milliseconds: number): string {
  return `${naiveUtc(milliseconds)}Z`;
}

/** A moment as self-hosted servers of v1 write it: with an offset and a `Z`. */
export function doublyZonedUtc(milliseconds: number): string {
  return `${naiveUtc(milliseconds)}+00:00Z`;
}

/** Writes a moment that there may be none of. */
export function orNull(
  milliseconds: number | undefined,
  write: (milliseconds: number) => string,
): string | null {
  return milliseconds === undefined ? null : write(milliseconds);
}
