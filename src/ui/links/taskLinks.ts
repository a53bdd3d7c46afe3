import { Hover, MarkdownString, Range, type Position, type TextDocument, type Uri } from 'vscode';
import { namedTasksIn, type NamedTask } from '../../core/input/namedTasks';
import { choiceDescription } from '../../core/labels/rowDescription';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TaskSource } from '../../core/tasks/taskStore';
import { oneLine } from '../../core/text/plainText';
import type { TaskLinks, TaskTerminalLink } from '../lazyFeatures';
import { commandPrefix } from '../registrations';
import { reportError } from '../reportError';
import { trackedById } from '../tree/taskTargets';
import { openTrackUri, type TrackUriOptions } from './openTrackUri';

export interface TaskLinksOptions extends TrackUriOptions {
  readonly tasks: TaskSource;
  /** Runs a command of this extension, and shows a failure. Never rejects. */
  readonly runCommand: (name: string, args: readonly unknown[]) => Promise<unknown>;
}

/** What finds tasks in terminals, editors and URIs. */
export function taskLinks(options: TaskLinksOptions): TaskLinks {
  const { tasks, settings, log, runCommand } = options;
  let isAsking = false;
  return {
    inTerminal: terminalLinks,
    open: async (text) => void (await runCommand('trackTask', [text, 'openDetails'])),
    hover: (document, position) => taskHover(document, position, tasks),
    openUri: async (uri: Uri) => {
      // Whoever opens many URIs asks one question.
      if (isAsking) {
        log.warn('A link was not followed, as another waits for an answer');
        return;
      }
      isAsking = true;
      try {
        await openTrackUri(uri, options);
      } catch (error) {
        reportError(error, { settings, log, what: 'The link cannot be followed' });
      } finally {
        isAsking = false;
      }
    },
  };
}

/** All IDs of a line that may be a task's: nobody sees these links but who points at them. */
function terminalLinks(line: string): TaskTerminalLink[] {
  return namedTasksIn(line).map(({ start, end, kind, text }) => ({
    startIndex: start,
    length: end - start,
    tooltip: kind === 'session' ? 'Track Tasks of Browser Use Session' : 'Track Browser Use Task',
    text,
  }));
}

/** In characters before and after the pointer: lines of minified files are long. */
const reach = 2500;

/**
 * What there is to say and do of the task that is named where the pointer is: of one that is tracked its status, of one that the
 * line itself calls a task that it can be tracked. Of any other ID nothing.
 */
function taskHover(
  document: TextDocument,
  { line, character }: Position,
  tasks: TaskSource,
): Hover | undefined {
  const from = Math.max(0, character - reach);
  const text = document.lineAt(line).text.slice(from, character + reach);
  const at = character - from;
  const named = namedTasksIn(text).find(({ start, end }) => start <= at && at <= end);
  const parts = named && hoverParts(named, tasks);
  if (!parts) return undefined;
  return new Hover(parts, new Range(line, from + named.start, line, from + named.end));
}

/** Texts of tasks stand apart from the links to commands: nothing in them becomes a link that runs one. */
function hoverParts(
  { id, kind, isCertain, text }: NamedTask,
  tasks: TaskSource,
): MarkdownString[] | undefined {
  const tracked = trackedById(id, tasks);
  if (tracked.length > 0)
    return tracked.flatMap((task) => {
      const about = `${taskTitle(task)}\n${oneLine(choiceDescription(task))}`;
      const ref = { apiVersion: task.apiVersion, id: task.id };
      return [plainText(about), commandLink('Open Details', 'openDetails', [ref])];
    });
  if (!isCertain) return undefined;
  const isSession = kind === 'session';
  const label = isSession ? 'Track Its Tasks' : 'Track and Open Details';
  return [
    plainText(`Browser Use ${isSession ? 'session' : 'task, not tracked'}`),
    commandLink(label, 'trackTask', [text, 'openDetails']),
  ];
}

function plainText(text: string): MarkdownString {
  return new MarkdownString().appendText(text);
}

/** @param args no more than IDs, and links that were read */
function commandLink(label: string, name: string, args: readonly unknown[]): MarkdownString {
  const command = `${commandPrefix}${name}`;
  // What encodeURIComponent leaves as it is could end the link.
  const encoded = encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  const markdown = new MarkdownString(`[${label}](command:${command}?${encoded})`);
  markdown.isTrusted = { enabledCommands: [command] };
  return markdown;
}
