import type { CostPart } from '../cloud/taskClient';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';
import { formatShortCost } from './taskLabels';

/** One amount as a person reads it: "Browser", "$0.05". */
export interface CostRow {
  readonly name: string;
  readonly value: string;
}

/** What a session has cost, in the words of the cloud: its names are not documented. */
export function sessionCostRows(parts: readonly CostPart[]): readonly CostRow[] {
  return parts.map(({ name, amount }) => ({
    name: nameOf(name),
    value: isMoney.test(name) ? formatShortCost(amount) : oneLine(amount),
  }));
}

const isMoney = /cost|usd|spent|total|price|amount/iu;

/** "llmCostUsd" and "llm_cost_usd" become "LLM". */
function nameOf(name: string): string {
  const words = oneLine(name)
    .replace(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .split(/[\s_-]/u)
    .map((word) => word.toLowerCase())
    .filter((word) => !['', 'usd', 'cost'].includes(word))
    .map((word) => (word === 'llm' ? 'LLM' : word));
  const text = shorten(words.join(' '), 40);
  return text === '' ? 'Cost' : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
