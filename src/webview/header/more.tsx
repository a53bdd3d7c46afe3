import { capabilitiesOf } from '../../core/cloud/apiVersions';
import type { ComponentChildren } from 'preact';
import type { TaskView } from '../../core/details/detailsView';
import { CopyButton, OpenButton } from '../parts/button';
import { send, useOpen } from '../parts/vscodeApi';
import type { CopiedPart } from '../protocol';
import { Section } from '../parts/section';
import { MoreButton } from '../result/longText';
import { oneLine } from '../../core/text/plainText';

/** What is good to know, but not at first: times, session, IDs, metadata. */
export function More({
  task,
  copied,
}: {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}) {
  return (
    <aside aria-label="About the task">
      <Section id="times" title="Times">
        <dl class="pairs">
          <Time name="Created" iso={task.createdAt} />
          <Time name="Started" iso={task.startedAt} />
          <Time name="Finished" iso={task.finishedAt} />
        </dl>
      </Section>
      {task.sessionId !== undefined && (
        <Section id="session" title="Session">
          <dl class="pairs">
            <Pair name="State" value={task.sessionStatus} />
            <Pair name="ID" value={task.sessionId} isCode>
              <CopyButton what="sessionId" noun="Session ID" isCopied={copied === 'sessionId'} />
            </Pair>
          </dl>
        </Section>
      )}
      <SessionTasks task={task} />
      <Section id="task" title="Task">
        <dl class="pairs">
          <Pair name="ID" value={task.id} isCode>
            <CopyButton what="id" noun="Task ID" isCopied={copied === 'id'} />
          </Pair>
          <Pair name="Status in the cloud’s word" value={task.rawStatus} />
          <Pair name="API" value={capabilitiesOf(task.apiVersion).name} />
          <Pair name="Agent" value={task.agentVersion} />
        </dl>
      </Section>
      {task.metadata.length > 0 && (
        <Section
          id="metadata"
          title="Metadata"
          tools={<OpenButton part="metadata" noun="Metadata" />}
        >
          <dl class="pairs">
            {task.metadata.map(({ name, value }, index) => (
              <Pair key={index} name={oneLine(name) || '(no name)'} value={value} isCode />
            ))}
          </dl>
        </Section>
      )}
    </aside>
  );
}

/** What stands below is not to be far away. */
const tasksAtFirst = 10;

/** The other runs of a session, one click each. */
function SessionTasks({
  task: { sessionTasks, hasMoreSessionTasks },
}: {
  readonly task: TaskView;
}) {
  const [isOpen, setOpen] = useOpen('session-tasks');
  if (sessionTasks.length === 0) return null;
  const shown = isOpen ? sessionTasks : sessionTasks.slice(0, tasksAtFirst);
  return (
    <Section
      id="session-tasks"
      title="Also in This Session"
      count={hasMoreSessionTasks ? `${sessionTasks.length}+` : sessionTasks.length}
    >
      {hasMoreSessionTasks && <p class="nothing">These are its newest tasks.</p>}
      <ul id="session-tasks-list">
        {shown.map(({ title, status }, index) => (
          <li key={index}>
            <button type="button" class="link" onClick={() => send({ type: 'openTask', index })}>
              {title}
            </button>{' '}
            <span class="state">{status}</span>
          </li>
        ))}
      </ul>
      {sessionTasks.length > tasksAtFirst && (
        <MoreButton controls="session-tasks-list" isOpen={isOpen} setOpen={setOpen} />
      )}
    </Section>
  );
}

interface PairProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly isCode?: boolean;
  readonly children?: ComponentChildren;
}

function Pair({ name, value, isCode, children }: PairProps) {
  const text = oneLine(value ?? '');
  if (text === '') return null;
  return (
    <div>
      <dt>
        {name}
        {children}
      </dt>
      <dd class={isCode ? 'code' : ''} dir="auto">
        {text}
      </dd>
    </div>
  );
}

/** In the reader's own zone and way of writing; the whole of it on hover. */
function Time({ name, iso }: { readonly name: string; readonly iso: string | undefined }) {
  if (iso === undefined) return null;
  const time = new Date(iso);
  const isKnown = !Number.isNaN(time.getTime());
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {isKnown ? (
          <time dateTime={time.toISOString()} title={fullTime.format(time)}>
            {shortTime.format(time)}
          </time>
        ) : (
          oneLine(iso)
        )}
      </dd>
    </div>
  );
}

const shortTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
