import { nodeText, readObject, type JsonNode } from '../../core/text/jsonTree';
import { spacedName } from '../parts/spacedName';

/** The judge's report, as far as it could be read. */
export interface Judgement {
  readonly verdict?: boolean | undefined;
  readonly reasoning?: string | undefined;
  /** Why the goal was not reached, as the judge wrote it. */
  readonly failureReason?: string | undefined;
  /** Every other field of the report, its name readable. */
  readonly others: readonly { readonly name: string; readonly value: string }[];
}

/** Reads the judge's report. @returns `undefined` for text that is no JSON object: show it as it is */
export function parseJudgement(text: string): Judgement | undefined {
  const entries = readObject(text);
  if (!entries) return undefined;
  // Of a name that comes twice, the last counts.
  const fields = new Map(entries);
  const verdict = fields.get('verdict');
  const failureReason = fields.get('failure_reason');
  const isNull = failureReason === undefined || failureReason.kind === 'null';
  return {
    verdict: verdict?.kind === 'boolean' ? verdict.raw === 'true' : undefined,
    reasoning: textOf(fields.get('reasoning')),
    failureReason: textOf(isNull ? fields.get('failureReason') : failureReason),
    others: [...fields]
      .filter(([name]) => !known.has(name))
      .map(([name, value]) => ({ name: labelOf(name), value: textOf(value) ?? '' }))
      .filter(({ value }) => value !== ''),
  };
}

const known: ReadonlySet<string> = new Set([
  'verdict',
  'reasoning',
  'failure_reason',
  'failureReason',
]);

function textOf(value: JsonNode | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'boolean') return value.raw === 'true' ? 'Yes' : 'No';
  return nodeText(value) || undefined;
}

function labelOf(name: string): string {
  const words = spacedName(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
