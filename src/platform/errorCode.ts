/** The code of an error of the system, as `ENOENT`; `unknown` where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
