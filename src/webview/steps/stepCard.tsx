import type { ViewStep } from '../../core/details/detailsView';
import { manyLines, oneLine } from '../../core/text/plainText';
import { linkParts } from '../../core/text/safeLink';
import { stepJudgementOf } from '../../core/details/timeline';
import { formatDuration } from '../../core/labels/taskLabels';
import { Icon } from '../parts/icon';
import { readableActions, type ReadableAction } from '../parts/readableJson';
import { memo } from '../parts/memo';
import { Screenshot } from './screenshot';
import { send, useOpen } from '../parts/vscodeApi';
import { shorten } from '../../core/text/shorten';

/** A goal is a title as far as it is short. In UTF-16 units. */
const titleLength = 240;

interface StepCardProps {
  readonly step: ViewStep;
  /** Whether the agent judged it as failed, in the step after. */
  readonly hasFailed: boolean;
  /** Whether the Tab key stops here; the other steps are reached from it. */
  readonly isStop: boolean;
}

/** One step. */
export const StepCard = memo(({ step, hasFailed, isStop }: StepCardProps) => {
  const goal = oneLine(step.goal);
  const titleId = `step-${step.index}-title`;
  return (
    <li data-index={step.index} class={hasFailed ? 'failed' : ''}>
      <article
        id={`step-${step.index}`}
        class="step"
        aria-labelledby={titleId}
        tabIndex={isStop ? 0 : -1}
      >
        <span class="number" aria-hidden="true">
          {step.number}
        </span>
        <div class="step-head">
          <h3 id={titleId} dir="auto">
            <span class="unseen">Step {step.number}: </span>
            {goal === '' ? 'No goal given' : shorten(goal, titleLength)}
          </h3>
          {step.durationSeconds !== undefined && (
            <span class="duration">{formatDuration(step.durationSeconds * 1000)}</span>
          )}
        </div>
        <div class={step.hasScreenshot ? 'step-body with-picture' : 'step-body'}>
          <div class="step-texts">
            <StepUrl step={step} />
            <Actions step={step} />
            <Evaluation step={step} />
            <Hidden name={`memory/${step.index}`} title="Memory" text={step.memory} />
            {goal.length > titleLength && (
              <Hidden name={`goal/${step.index}`} title="Whole goal" text={step.goal} />
            )}
            {step.isCut && (
              <p class="note">
                Some of this step is too long to be shown here.{' '}
                <button
                  type="button"
                  class="link"
                  onClick={() => send({ type: 'openText', part: 'step', index: step.index })}
                >
                  Open all of it in an editor
                </button>
              </p>
            )}
          </div>
          {step.hasScreenshot && (
            <Screenshot
              of="step"
              index={step.index}
              alt={`Screenshot of step ${step.number}: ${shorten(goal, 100)}`}
            />
          )}
        </div>
      </article>
    </li>
  );
});

/** What the agent thought of the step before, with a mark where it says so in a word that is known. */
function Evaluation({ step: { index, evaluation } }: { readonly step: ViewStep }) {
  const text = manyLines(evaluation).trim();
  if (index === 0 || text === '') return null;
  const judgement = stepJudgementOf(evaluation);
  return (
    <div class={`evaluation ${judgement ?? ''}`}>
      <Icon
        name={
          judgement === 'success' ? 'check' : judgement === 'failure' ? 'warning' : 'circle-outline'
        }
      />
      <div>
        <h4>On the step before</h4>
        <p class="text" dir="auto">
          {text}
        </p>
      </div>
    </div>
  );
}

/** Where the browser was. Only what may be opened is a link. */
function StepUrl({ step: { url, index } }: { readonly step: ViewStep }) {
  if (url.trim() === '') return null;
  const parts = linkParts(url);
  return (
    <p class="url" dir="ltr">
      <Icon name="globe" />
      {parts ? (
        <button
          type="button"
          class="link"
          title={shorten(oneLine(url), 2000)}
          onClick={() => send({ type: 'openLink', link: 'stepUrl', index })}
        >
          {parts.scheme === 'http' && <span class="rest">http://</span>}
          <span class="host">{parts.host}</span>
          <span class="rest">{shorten(oneLine(parts.rest), 200)}</span>
        </button>
      ) : (
        <span>{shorten(oneLine(url), 300)}</span>
      )}
    </p>
  );
}

function Actions({ step: { actions, goal, url } }: { readonly step: ViewStep }) {
  if (actions.length === 0) return null;
  return (
    <ul class="step-actions" aria-label="Actions">
      {actions.map((action, index) => {
        const readable = readableActions(action, [goal, url]);
        if (!readable)
          return (
            <li key={index} class="text code" dir="auto">
              {manyLines(action)}
            </li>
          );
        return readable.map((each) => <Action key={`${index}/${each.name}`} action={each} />);
      })}
    </ul>
  );
}

function Action({ action: { name, details } }: { readonly action: ReadableAction }) {
  return (
    <li>
      <span class="action-name">{oneLine(name)}</span>
      {details.map((detail) => (
        <span key={detail.name} class="action-detail">
          {detail.name !== '' && <span class="detail-name">{oneLine(detail.name)} </span>}
          <span class="detail-value" dir="auto">
            {shorten(oneLine(detail.value), 400)}
          </span>
        </span>
      ))}
    </li>
  );
}

/** A text that is there for who wants it. */
function Hidden({
  name,
  title,
  text,
}: {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}) {
  const [isOpen, setOpen] = useOpen(name);
  if (text.trim() === '') return null;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron-right" />
        {title}
      </summary>
      <p class="text" dir="auto">
        {manyLines(text).trim()}
      </p>
    </details>
  );
}
