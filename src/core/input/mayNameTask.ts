/**
 * False for nearly every line that names no task by a UUID, and much cheaper than to find that out. Stands in a file of its own, as
 * it is loaded at start-up and nothing else here is.
 */
export function mayNameTask(line: string): boolean {
  return uuidInside.test(line);
}

/** The middle of a UUID, which few other texts have. */
const uuidInside = /-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-/iu;
