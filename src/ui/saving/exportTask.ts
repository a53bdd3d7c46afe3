import { countLabel, formatCount } from '../../core/labels/countLabel';
import { Uri, workspace } from 'vscode';
import { isAbort } from '../../core/cloud/errors';
import { PictureLoader, type Picture } from '../../core/details/pictureLoader';
import {
  unreadPartsOf,
  type TaskDetails,
  type TaskRef,
  type PictureRef,
} from '../../core/cloud/task';
import { taskJson } from '../../core/formats/taskJson';
import { taskMarkdown } from '../../core/formats/taskMarkdown';
import type { Log } from '../log';
import { withProgress, type ReportProgress } from '../progress';
import { readWholeTask, type ReadWholeTaskOptions, type WholeTask } from './readWholeTask';
import { notifySaved } from './saveDownload';
import {
  chooseSaveTarget,
  lastPart,
  makeNewFolder,
  removeQuietly,
  writeWhole,
  type LocalFiles,
} from './saveTarget';

export type ExportFormat = 'json' | 'markdown';

export interface ExportTaskOptions extends ReadWholeTaskOptions {
  readonly format: ExportFormat;
  readonly localFiles: LocalFiles;
  readonly log: Log;
  /** Aborts where nobody wants it any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks where to, reads all of a task and writes it there: as one file of JSON, or as Markdown with its screenshots in a
 * new folder beside it. Who cancels finds nothing new.
 */
export async function exportTask(options: ExportTaskOptions): Promise<void> {
  const { ref, format, localFiles } = options;
  const target = await chooseSaveTarget({
    name: `${fileStemOf(ref)}.${endings[format]}`,
    localFiles,
  });
  if (!target) return;
  const title = `Exporting task ${ref.id}…`;
  const note = await withProgress({ title, signal: options.signal }, async (signal, report) => {
    report('Reading the task');
    const whole = await readWholeTask(options, signal);
    signal.throwIfAborted();
    const notes = whole.isFresh ? [] : ['It could not be read anew: this is what was known of it.'];
    const unread = unreadPartsOf(whole.task);
    if (unread.length > 0) notes.push(`Its ${unread.join(' and ')} could not be read.`);
    if (format === 'json')
      await writeWhole(target, new TextEncoder().encode(taskJson(whole.task)), options.localFiles);
    else notes.push(...(await writeMarkdown(target, whole, { ...options, signal }, report)));
    return notes.join(' ');
  });
  await notifySaved(`Exported the task to ${lastPart(target)}. ${note}`.trim(), target);
}

/** What the files of a task are called, before their ending. Need not be a safe name. */
export function fileStemOf({ id }: TaskRef): string {
  return `task-${id}`;
}

const endings: Readonly<Record<ExportFormat, string>> = { json: 'json', markdown: 'md' };

/** @returns what the person should know of it, a sentence each */
async function writeMarkdown(
  target: Uri,
  { task, isFresh }: WholeTask,
  options: ExportTaskOptions & { readonly signal: AbortSignal },
  report: ReportProgress,
): Promise<string[]> {
  const refs = 'steps' in task ? pictureRefs(task) : [];
  const hasPictures = isFresh && refs.length > 0 && 'steps' in task;
  const images = hasPictures ? await makeNewFolder(target, imagesNameOf(target)) : undefined;
  try {
    const names =
      images && 'steps' in task
        ? await savePictures(images, refs, { ...options, details: task, report })
        : new Map<string, string>();
    options.signal.throwIfAborted();
    const folder = images && lastPart(images);
    const text = taskMarkdown(task, {
      pictureOf: (ref) => {
        const name = names.get(keyOf(ref));
        return name === undefined || folder === undefined ? undefined : `${folder}/${name}`;
      },
    });
    await writeWhole(target, new TextEncoder().encode(text), options.localFiles);
    if (images && names.size === 0) await removeQuietly(images);
    const missing = refs.length - names.size;
    return missing === 0
      ? []
      : [`${formatCount(missing)} of ${countLabel(refs.length, 'screenshot')} could not be had.`];
  } catch (error) {
    if (images) await removeQuietly(images);
    throw error;
  }
}

function pictureRefs(details: TaskDetails): PictureRef[] {
  const ofSteps = details.steps.flatMap(({ screenshotUrl }, index): PictureRef[] =>
    screenshotUrl === undefined ? [] : [{ of: 'step', index }],
  );
  const ofTask = details.screenshotUrls.map((_, index): PictureRef => ({ of: 'task', index }));
  return [...ofSteps, ...ofTask];
}

interface SavePicturesOptions extends ExportTaskOptions {
  readonly signal: AbortSignal;
  /** Just read. */
  readonly details: TaskDetails;
  readonly report: ReportProgress;
}

/** Fetches screenshots into a folder. @returns the names of the files of those that could be had */
async function savePictures(
  folder: Uri,
  refs: readonly PictureRef[],
  { ref: task, connect, signal, details: read, report, log }: SavePicturesOptions,
): Promise<ReadonlyMap<string, string>> {
  let details = read;
  const names = new Map<string, string>();
  const writes: Promise<void>[] = [];
  let settled = 0;
  const write = async (ref: PictureRef, picture: Picture | undefined): Promise<void> => {
    if (!picture || signal.aborted) return;
    const name = pictureNameOf(ref, picture);
    await workspace.fs.writeFile(Uri.joinPath(folder, name), picture.bytes);
    names.set(keyOf(ref), name);
  };
  await new Promise<void>((resolve) => {
    const loader = new PictureLoader({
      connect,
      urlOf: ({ of, index }) =>
        of === 'step' ? details.steps[index]?.screenshotUrl : details.screenshotUrls[index],
      // Presigned URLs of a long task expire before its last screenshot's turn.
      renewUrls: async () => {
        try {
          details = await (
            await connect(signal)
          )
            .client(task.apiVersion)
            .getDetails(task.id, signal);
        } catch (error) {
          if (!isAbort(error)) log.error('Renewing the links of screenshots failed', error);
        }
      },
      onLoaded: (ref, picture) => {
        const written = write(ref, picture);
        // Waited for below.
        written.catch(() => undefined);
        writes.push(written);
        settled += 1;
        report(
          `Screenshot ${formatCount(settled)} of ${formatCount(refs.length)}`,
          settled / refs.length,
        );
        if (settled === refs.length) end();
      },
      onError: (error) => log.error('Fetching a screenshot to export failed', error),
    });
    const end = (): void => {
      signal.removeEventListener('abort', end);
      loader.dispose();
      resolve();
    };
    signal.addEventListener('abort', end);
    for (const ref of refs) loader.request(ref);
    if (signal.aborted) end();
  });
  await Promise.all(writes);
  signal.throwIfAborted();
  return names;
}

function pictureNameOf({ of, index }: PictureRef, { type }: Picture): string {
  const ending = type === 'image/jpeg' ? 'jpg' : type.slice('image/'.length);
  const word = of === 'step' ? 'step' : 'screenshot';
  return `${word}-${String(index + 1).padStart(3, '0')}.${ending}`;
}

function keyOf({ of, index }: PictureRef): string {
  return `${of}/${index}`;
}

/** The document's own name, which the person chose, without its ending. */
function imagesNameOf(target: Uri): string {
  return `${lastPart(target).replace(/\.[^.]{1,8}$/u, '')}-images`;
}
