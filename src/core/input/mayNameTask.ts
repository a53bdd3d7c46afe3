/** False for nearly every line that names no task by a UUID, and much cheaper than to find that out. */
export function mayNameTask(line: string): boolean {
  return uuidInside.test(line);
}

/** The middle of a UUID, which few other texts have. */
const uuidInside = /-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-/iu;
