import { countLabel } from '../labels/countLabel';
import { capabilitiesOf } from '../cloud/apiVersions';
import type { FollowUpMode, RunOption } from '../cloud/taskActions';
import { formatCost } from '../labels/taskLabels';
import { oneLine } from '../text/plainText';
import { shorten } from '../text/shorten';
import { draftProblem, optionsOf, requestOf, type RunDraft } from './runDraft';
import { fieldText, type FieldValue, type RunField } from './runFields';

/** What a row of the page is about. Choosing it changes that; `run` sends the task. */
export type ReviewTarget =
  | { readonly kind: 'run' | 'prompt' | 'version' | 'followUp' | 'account' }
  | { readonly kind: 'note'; readonly index: number }
  | { readonly kind: 'option'; readonly option: RunOption };

/** A row of the page that shows all of a task before it is sent. Its texts may hold anything. */
export interface ReviewRow {
  /** Absent where nothing of it can be changed. */
  readonly target?: ReviewTarget | undefined;
  /** The heading that the rows before the next heading stand under. */
  readonly heading?: string | undefined;
  readonly icon: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
}

/** What a person should know of a draft beside what it holds. */
export interface ReviewNote {
  /** `error`: why the draft was not sent, which is true of it only as it was then. */
  readonly severity: 'info' | 'warning' | 'error';
  readonly label: string;
  readonly detail?: string | undefined;
  /** What choosing it changes. Absent: it goes. */
  readonly target?: ReviewTarget | undefined;
}

export interface ReviewContext {
  readonly host: string;
  /** Who answers to the key, once the cloud has said so. */
  readonly account?: string | undefined;
  readonly notes: readonly ReviewNote[];
}

/** The page: what will be sent, to which account, and at what cost; then what could be added. */
export function reviewRows(
  draft: RunDraft,
  { host, account, notes }: ReviewContext,
): readonly ReviewRow[] {
  const { sent, notSent, unset } = optionsOf(draft);
  const { label } = capabilitiesOf(draft.apiVersion);
  const problem = draftProblem(draft);
  const run: ReviewRow = {
    target: { kind: 'run' },
    icon: problem !== undefined ? 'circle-slash' : 'play',
    label: runLabel(draft.followUp),
    description: `${label} at ${host}`,
    detail: problem ?? costSentence(draft),
  };
  const optionRow = (field: RunField): ReviewRow => ({
    ...(draft.isContinued && field.option === 'sessionId'
      ? { icon: 'lock' }
      : { target: { kind: 'option', option: field.option }, icon: 'edit' }),
    label: field.label,
    description: valueText(draft, field),
  });
  return [
    ...notes.map((note, index): ReviewRow => ({
      ...note,
      target: note.target ?? { kind: 'note', index },
      icon: note.severity,
    })),
    run,
    ...under('Sent', [
      promptRow(draft),
      {
        ...(draft.isContinued
          ? { icon: 'lock' }
          : { target: { kind: 'version' }, icon: 'versions' }),
        label: 'API Version',
        description: draft.apiVersion,
        detail: draft.isContinued ? 'That of the session, which goes on' : undefined,
      },
      ...(draft.followUp ? [followUpRow(draft.followUp)] : []),
      ...sent.map(optionRow),
    ]),
    ...under(
      'Not sent',
      notSent.map((field) => ({
        ...optionRow(field),
        icon: 'warning',
        detail: draft.followUp
          ? 'Only the prompt is sent to a session that is at work'
          : capabilitiesOf(draft.apiVersion).runOptions.has(field.option)
            ? 'The session keeps the one that it began with'
            : `${label} takes no such option`,
      })),
    ),
    ...under('Account', [
      {
        target: { kind: 'account' },
        icon: 'account',
        label: host,
        description: account === undefined ? '' : shorten(oneLine(account), 200),
      },
    ]),
    ...under(
      'Can be added',
      unset.map((field) => ({
        target: { kind: 'option', option: field.option },
        icon: 'add',
        label: field.label,
        description: field.description,
      })),
    ),
  ];
}

/** What a person pays for, and what bounds it, as sentences. */
export function costSentence(draft: RunDraft): string {
  const { runOptions, label } = capabilitiesOf(draft.apiVersion);
  const { maxCostUsd, maxSteps, keepAlive } = requestOf(draft, {});
  const parts: string[] = [];
  if (maxCostUsd !== undefined) parts.push(`Costs up to ${formatCost(String(maxCostUsd))}.`);
  else if (draft.followUp) parts.push('Costs money.');
  else if (runOptions.has('maxCostUsd')) parts.push('Costs money, and no cost cap is set.');
  else parts.push(`Costs money; ${label} has no cost cap.`);
  if (maxSteps !== undefined) parts.push(`Ends after ${countLabel(maxSteps, 'step')}.`);
  if (keepAlive === true)
    parts.push('The session then stays open, which costs money until it is stopped.');
  return parts.join(' ');
}

function runLabel(followUp: FollowUpMode | undefined): string {
  switch (followUp) {
    case undefined:
      return 'Run';
    case 'wait':
      return 'Send, to run after the task that is running';
    case 'interrupt':
      return 'Send, to run instead of the task that is running';
  }
}

function followUpRow(followUp: FollowUpMode): ReviewRow {
  return {
    target: { kind: 'followUp' },
    icon: 'list-ordered',
    label: 'When',
    description:
      followUp === 'wait' ? 'After the running task' : 'At once; the running task is cancelled',
  };
}

function promptRow({ prompt }: RunDraft): ReviewRow {
  const lines = prompt.split('\n').length;
  const isLong = lines > 1 || prompt.length > longestShown;
  const size = `${countLabel(prompt.length, 'character')} in ${countLabel(lines, 'line')}`;
  return {
    target: { kind: 'prompt' },
    icon: 'comment',
    label: 'Prompt',
    description: shorten(oneLine(prompt), 400),
    detail: isLong ? `${size}; choose this to read and edit all of it` : undefined,
  };
}

/** A prompt of at most this many characters can be read in its row. */
export const longestShown = 100;

function valueText(draft: RunDraft, { option, kind }: RunField): string {
  const value: FieldValue = draft[option] ?? '';
  if (kind === 'secrets') return Object.keys(value).join(', ');
  if (kind === 'dollars') return formatCost(fieldText(value));
  const text = kind === 'flag' ? (value === true ? 'On' : 'Off') : fieldText(value);
  return shorten(oneLine(text), 200);
}

function under(heading: string, rows: readonly ReviewRow[]): readonly ReviewRow[] {
  return rows.map((row, index) => (index === 0 ? { ...row, heading } : row));
}
