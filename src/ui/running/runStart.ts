import { Uri, type Memento } from 'vscode';
import { keptDraft } from '../../core/running/draftSources';
import type { RunDraft } from '../../core/running/runDraft';
import type { ReviewNote } from '../../core/running/runReview';
import { mayRunNote } from './draftSender';

/** What a run begins with. */
export interface RunStart {
  readonly title: string;
  readonly draft: RunDraft;
  readonly notes?: readonly ReviewNote[] | undefined;
  /** The file that the draft was read from. */
  readonly file?: Uri | undefined;
  /** True where whoever runs it has confirmed it: then it is sent without its page, which comes only where it is refused. */
  readonly isConfirmed?: boolean | undefined;
  /** True where the draft comes from the folder that is open, so that one which is not trusted asks first. */
  readonly isFromFolder?: boolean | undefined;
}

const memoryKey = 'unsentTasks';
/** In characters, of all together: VS Code writes what it remembers whole. */
const mostRemembered = 500_000;

/** What was written and not sent when this window was last open, the last one at the end. */
export function recallUnsent(memory: Pick<Memento, 'get'>): readonly RunStart[] {
  const kept: unknown = memory.get(memoryKey);
  return Array.isArray(kept) ? kept.flatMap(startIn) : [];
}

function startIn(kept: unknown): RunStart[] {
  const { title, draft, notes, file, isFromFolder } = (kept ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const known = keptDraft(draft);
  const uri = uriIn(file);
  if (!known || typeof title !== 'string' || (file !== undefined && !uri)) return [];
  const shown = Array.isArray(notes) ? notes.filter(isNote) : [];
  return [{ title, draft: known, notes: shown, file: uri, isFromFolder: isFromFolder === true }];
}

function uriIn(text: unknown): Uri | undefined {
  try {
    return typeof text === 'string' ? Uri.parse(text, true) : undefined;
  } catch {
    return undefined;
  }
}

function isNote(note: unknown): note is ReviewNote {
  const { severity, label, detail = '' } = (note ?? {}) as Readonly<Record<string, unknown>>;
  const isText = typeof label === 'string' && typeof detail === 'string';
  return isText && (severity === 'info' || severity === 'warning');
}

/**
 * Keeps what was written and not sent until this window is open again: the newest, where it is too much.
 * VS Code opens a folder in one window. Two browser tabs on one folder don't see what the other keeps; the last to write wins.
 * @param unsent without secrets
 * @param beingSent those that come back with the warning that they may run
 */
export async function rememberUnsent(
  memory: Pick<Memento, 'update'>,
  unsent: readonly RunStart[],
  beingSent: ReadonlySet<RunStart>,
): Promise<void> {
  let left = mostRemembered;
  const kept = unsent
    .map((start) => {
      const notes = start.notes?.filter(({ severity }) => severity !== 'error') ?? [];
      if (beingSent.has(start)) notes.unshift(mayRunNote);
      return { ...start, notes, file: start.file?.toString() };
    })
    .toReversed()
    .filter((each) => (left -= JSON.stringify(each).length) >= 0)
    .toReversed();
  await memory.update(memoryKey, kept.length === 0 ? undefined : kept);
}
