import { capabilitiesOf } from '../../core/cloud/apiVersions';
import { hasEnded } from '../../core/cloud/task';
import type { TaskView } from '../../core/details/detailsView';
import {
  formatAge,
  formatCost,
  durationOf,
  formatDuration,
  appearanceOf,
  appearanceLabel,
  statusSentence,
  taskTitle,
  verdictSentence,
} from '../../core/labels/taskLabels';
import { Button, TextTools } from '../parts/button';
import { AppearanceIcon } from '../parts/icon';
import { hasJudge, Verdicts } from '../result/judge';
import type { CopiedPart, PageView } from '../protocol';
import { LongText } from '../result/longText';
import { Section } from '../parts/section';
import { ShareNote, Toolbar } from './toolbar';
import { oneLine } from '../../core/text/plainText';
import { send } from '../parts/vscodeApi';
import type { ComponentChildren } from 'preact';
import { formatCount } from '../../core/labels/countLabel';
import { useEffect, useState } from 'preact/hooks';

interface HeaderProps {
  readonly view: PageView;
  /** What was just put on the clipboard. */
  readonly copied: CopiedPart | undefined;
}

/** Who the task is and how it stands, at a glance. */
export function Header({ view, copied }: HeaderProps) {
  const { task } = view;
  const appearance = appearanceOf(task);
  return (
    <header>
      <div class="status-line">
        <p class={`appearance ${appearance}`}>
          <AppearanceIcon appearance={appearance} />
          <span>
            {appearanceLabel(task)}
            {view.isStopping && ', stopping…'}
          </span>
        </p>
        <Freshness view={view} />
      </div>
      <h1 dir="auto">{titleOf(task)}</h1>
      {needsSentence(task) && <p class="sentence">{sentenceOf(task)}</p>}
      {hasJudge(task) && <Verdicts task={task} />}
      <Figures view={view} />
      <Toolbar view={view} />
      <IdleNote task={task} canStop={view.canStopBrowser} />
      <ShareNote task={task} canShare={view.canShare} isCopied={copied === 'shareLink'} />
    </header>
  );
}

/** That the browser of a task that has ended, or its session with it, is still open. Gone once that is. */
function IdleNote({
  task: { apiVersion, idleUntil },
  canStop,
}: {
  readonly task: TaskView;
  readonly canStop: boolean;
}) {
  const noun = capabilitiesOf(apiVersion).openSessions ?? 'browser';
  const until = Date.parse(idleUntil ?? '');
  const now = useNow(!Number.isNaN(until));
  if (Number.isNaN(until) || until <= now) return null;
  return (
    <div class="banner" role="note">
      <p>
        The {noun} of this task is still open, which costs money. It closes by itself in{' '}
        {formatDuration(until - now)}.
      </p>
      {canStop && (
        <div class="actions">
          <Button
            icon="debug-disconnect"
            label={noun === 'session' ? 'Stop Session' : 'Stop Browser'}
            message={{ type: 'act', action: 'stopBrowser' }}
          />
        </div>
      )}
    </div>
  );
}

/** Longer prompts stand below in full. */
function titleOf(task: TaskView): string {
  return taskTitle({ id: task.id, prompt: task.prompt?.text, title: task.title });
}

/** What the agent was asked, where the title doesn't say all of it. */
export function Prompt({
  task,
  copied,
}: {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}) {
  const { prompt } = task;
  if (!prompt || prompt.text.trim() === titleOf(task)) return null;
  return (
    <Section
      id="prompt"
      title="Prompt"
      tools={<TextTools part="prompt" noun="Prompt" copied={copied} />}
    >
      <LongText name="prompt" text={prompt} />
    </Section>
  );
}

/** Of a task that came to its end and was judged, the verdicts say it all. */
function needsSentence(task: TaskView): boolean {
  return !hasJudge(task) || task.status !== 'finished' || task.isMissing;
}

function sentenceOf(task: TaskView): string {
  switch (appearanceOf(task)) {
    case 'pending':
      return 'This task has not been checked yet.';
    case 'missing':
      return 'The cloud knows no such task for this API key. This is what was known of it.';
    default:
      return verdictSentence(task) ?? statusSentence(task.status);
  }
}

/** How old what is shown is. Says nothing of a task that has ended and was read: it never changes again. */
function Freshness({ view: { task, readAt, isReading, trouble } }: { readonly view: PageView }) {
  const isLive = !hasEnded(task.status) || trouble !== undefined || !task.isWhole;
  const now = useNow(isLive && readAt !== undefined);
  if (!isLive) return null;
  if (readAt === undefined) return isReading ? <p class="fresh">Loading…</p> : null;
  return <p class="fresh">Updated {formatAge(readAt, now)}</p>;
}

function Figures({ view: { task, sessionCost } }: { readonly view: PageView }) {
  const isAtIt = task.status === 'running' || task.status === 'paused';
  const now = useNow(isAtIt);
  const duration = durationOf(task, now);
  // None that were read is not none.
  const isCounted = task.isWhole && (task.stepCount > 0 || !task.unread.includes('steps'));
  return (
    <dl class="figures">
      <Figure
        name={isAtIt ? 'Time so far' : 'Duration'}
        value={duration === undefined ? undefined : formatDuration(duration)}
      />
      <Figure
        name={capabilitiesOf(task.apiVersion).costLabel}
        value={task.cost === undefined ? undefined : formatCost(task.cost)}
      >
        {sessionCost === undefined && canReadSessionCost(task) && (
          <button
            type="button"
            class="link"
            title="What the whole session has cost so far, with its browser"
            onClick={() => send({ type: 'readSessionCost' })}
          >
            Session Cost
          </button>
        )}
      </Figure>
      {sessionCost?.length === 0 && <Figure name="Session cost" value="Not available" />}
      {sessionCost?.map(({ name, value }, index) => (
        <Figure key={index} name={`Session: ${name}`} value={value} />
      ))}
      <Figure
        name={hasEnded(task.status) ? 'Steps' : 'Steps so far'}
        value={isCounted ? formatCount(task.stepCount) : undefined}
      />
      <Figure name="Model" value={task.model === undefined ? undefined : oneLine(task.model)} />
    </dl>
  );
}

function canReadSessionCost({ apiVersion, sessionId }: TaskView): boolean {
  return capabilitiesOf(apiVersion).hasSessionCost === true && sessionId !== undefined;
}

interface FigureProps {
  readonly name: string;
  readonly value: string | undefined;
  /** What stands below. */
  readonly children?: ComponentChildren;
}

function Figure({ name, value, children }: FigureProps) {
  if (value === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {children && <dd class="aside">{children}</dd>}
    </div>
  );
}

/** The wall clock in milliseconds since 1970, each second while `ticks`; no timer otherwise. */
function useNow(ticks: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticks) return undefined;
    // One after the other: a page that was asleep catches up with one tick, not with many.
    const timer = setTimeout(() => setNow(Date.now()), 1000 - (Date.now() % 1000));
    return () => clearTimeout(timer);
  }, [ticks, now]);
  return ticks ? Math.max(now, Date.now()) : now;
}
