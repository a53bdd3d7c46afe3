/** The judge's report, as far as it could be read. */
export interface Judgement {
  readonly verdict?: boolean | undefined;
  readonly reasoning?: string | undefined;
  /** Why the goal was not reached, in the judge's words. */
  readonly failureReason?: string | undefined;
  /** Whatever else the report holds, names in words. */
  readonly others: readonly { readonly name: string; readonly value: string }[];
}

/** Reads the judge's report. @returns `undefined` for text that is no JSON object: show it as it is */
export function parseJudgement(text: string): Judgement | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const { verdict, reasoning, failure_reason, failureReason, ...others } = parsed as Readonly<
    Record<string, unknown>
  >;
  return {
    verdict: typeof verdict === 'boolean' ? verdict : undefined,
    reasoning: textOf(reasoning),
    failureReason: textOf(failure_reason ?? failureReason),
    others: Object.entries(others)
      .map(([name, value]) => ({ name: words(name), value: textOf(value) ?? '' }))
      .filter(({ value }) => value !== ''),
  };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function words(name: string): string {
  const spaced = name
    .replace(/([a-z])([A-Z])/gu, '$1 $2')
    .replace(/[_-]+/gu, ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
