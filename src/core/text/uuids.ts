/** A UUID within a text. */
export interface FoundUuid {
  /** In lower case, with its hyphens: UUIDs are equal whatever their case, and the cloud writes them so. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** The UUID that a text is, as the cloud writes it. `undefined` where the text is more, less or something else. */
export function asUuid(text: string): string | undefined {
  return wholeUuid.test(text) ? canonical(text) : undefined;
}

/**
 * The UUIDs of a text, with hyphens or without, each between signs that are neither letters nor digits.
 * A piece of a longer chain of hex digits is none, as in `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`, which
 * names a trace. Nor is a number.
 */
export function uuidsIn(text: string): readonly FoundUuid[] {
  return [...text.matchAll(uuidInText)]
    .map(({ 0: found, index }) => ({
      id: canonical(found),
      start: index,
      end: index + found.length,
    }))
    .filter(({ id }) => id !== nil);
}

/**
 * Whether a word that is no UUID looks like one that lost some of its digits, or has some too many.
 * @param isElided whether an ellipsis stands beside it
 */
export function isBrokenUuid(word: string, isElided: boolean): boolean {
  return (isElided ? beginningOfUuid : someOfUuid).test(word);
}

const wholeUuid = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{32})$/iu;
const uuidInText =
  /(?<![0-9a-z])(?<!(?<![0-9a-z])[0-9a-f]{2,22}-)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d{0,31}[a-f])[0-9a-f]{32})(?![0-9a-z]|-[0-9a-f]{4})/giu;
/** Stands for no object at all. */
const nil = '00000000-0000-0000-0000-000000000000';
// Both have letters and digits, as nearly every UUID's first eight.
const beginningOfUuid = /^(?=.*\d)(?=.*[a-f])[0-9a-f][0-9a-f-]{5,63}$/iu;
/** Its first eight digits, two of its groups and more, or nearly all of its digits. */
const someOfUuid =
  /^(?=.*\d)(?=.*[a-f])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}-[0-9a-f-]{0,50})?|[0-9a-f]{28,36})$/iu;

function canonical(text: string): string {
  const id = text.toLowerCase();
  return id.length === 32 ? id.replace(/(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-') : id;
}
