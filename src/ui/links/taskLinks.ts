import { Hover, MarkdownString, Range, type Position, type TextDocument, type Uri } from 'vscode';
import { namedTasksIn, type NamedTask, readTrackUri } from '../../core/input/namedTasks';
import { formatCount } from '../../core/labels/countLabel';
import { choiceDescription } from '../../core/labels/rowDescription';
import { taskTitle } from '../../core/labels/taskLabels';
import type { TaskSource } from '../../core/tasks/taskStore';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';
import { namedLabel, rejectedMessage } from '../../core/tracking/trackingMessages';
import type { CurrentAccount } from '../account/currentAccount';
import { trackInput, type TrackInputOptions } from '../commands/taskTracker';
import { type TaskLinks, type TaskTerminalLink, commandPrefix } from '../lazyFeatures';
import { showMessage } from '../messages';
import { reportError } from '../reportError';
import { trackedById } from '../tree/taskTargets';
import { UserError } from '../userError';

export interface TaskLinksOptions extends Omit<TrackInputOptions, 'reveals'> {
  readonly account: Pick<CurrentAccount, 'requireSession'>;
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

/**
 * `vscode://browser-use-tasks.browser-use-tasks/track?id=…`: tracks the tasks that it names, once the person has agreed to what
 * a dialog says. Whoever made the link can do no more than ask.
 * @throws {UserError} for a URI that asks for anything else
 */
async function openTrackUri(uri: Uri, options: TaskLinksOptions): Promise<void> {
  const session = options.account.requireSession();
  const { input, pieces, problem } = readTrackUri(uri, options.settings.apiVersion);
  if (problem !== undefined) throw new UserError(`This link was not followed. ${problem}`);
  const { host } = session.server;
  const shown = pieces.slice(0, mostShown).map((piece) => `• ${shorten(piece, 100)}`);
  if (pieces.length > mostShown) shown.push(`… and ${formatCount(pieces.length - mostShown)} more`);
  const refused = rejectedMessage(input);
  const chosen = await showMessage({
    severity: 'information',
    text: `Track ${namedLabel(input)} of ${host}?`,
    detail: [
      `A link asks for this. What it names is looked up with your API key for ${host}; nothing is changed there.`,
      shown.join('\n'),
      ...(refused === undefined ? [] : [`${refused}.`]),
    ].join('\n\n'),
    actions: ['Track'],
    isModal: true,
  });
  if (chosen === 'Track') await trackInput(input, session, { ...options, reveals: true });
}

const mostShown = 5;

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
