import { countLabel, formatCount } from '../labels/countLabel';
import type { TaskRef } from '../cloud/task';
import { formatCost, appearanceLabel, taskTitle } from '../labels/taskLabels';
import type { TrackedTask } from '../tasks/trackedTask';
import { endKinds, type EndKind, endKindOf } from './endKinds';

/** One message about one or several ends. */
export interface Notice {
  readonly text: string;
  readonly refs: readonly TaskRef[];
  /** True when any of the tasks failed or did not do its job. */
  readonly isWarning: boolean;
}

/** The notice of these ends. @returns `undefined` for no tasks */
export function composeNotice(tasks: readonly TrackedTask[]): Notice | undefined {
  const [first] = tasks;
  if (!first) return undefined;
  const kinds = tasks.map(endKindOf);
  const isWarning = kinds.includes('failed') || kinds.includes('unsuccessful');
  const refs = tasks.map(({ apiVersion, id }) => ({ apiVersion, id }));
  if (tasks.length === 1) {
    const cost = first.cost === undefined ? '' : ` (${formatCost(first.cost)})`;
    return { text: `${appearanceLabel(first)}: ${taskTitle(first, 80)}${cost}`, refs, isWarning };
  }
  const found = endKinds.filter((kind) => kinds.includes(kind));
  const counts = found.map((kind) => {
    const count = kinds.filter((other) => other === kind).length;
    return `${formatCount(count)} ${kindLabel(kind)}`;
  });
  const [only, ...others] = found;
  const ended = only && others.length === 0 ? kindLabel(only) : `ended: ${counts.join(', ')}`;
  return { text: `${countLabel(tasks.length)} ${ended}`, refs, isWarning };
}

function kindLabel(kind: EndKind): string {
  switch (kind) {
    case 'finished':
      return 'finished';
    case 'unsuccessful':
      return 'finished without reaching the goal';
    case 'failed':
      return 'failed';
    case 'stopped':
      return 'stopped';
  }
}
