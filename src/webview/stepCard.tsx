import { useMemo } from 'preact/hooks';
import type { ViewStep } from '../core/detailsView';
import { manyLines } from '../core/plainText';
import { linkParts } from '../core/safeLink';
import { durationWords, oneLine, shorten } from '../core/taskWords';
import { Icon } from './icon';
import { readableActions, type ReadableAction } from './readableAction';
import { Screenshot } from './screenshot';
import { send } from './extension';
import { useOpen } from './useOpen';

/** A goal is a title as far as it is short. In UTF-16 units. */
const titleLength = 240;

/** One step. Drawn again only when it is another object. */
export function StepCard({ step }: { readonly step: ViewStep }) {
  return useMemo(() => <Step step={step} />, [step]);
}

function Step({ step }: { readonly step: ViewStep }) {
  const goal = oneLine(step.goal);
  const titleId = `step-${step.index}-title`;
  return (
    <li>
      <article id={`step-${step.index}`} class="step" aria-labelledby={titleId} tabIndex={-1}>
        <div class="step-head">
          <span class="number" aria-hidden="true">
            {step.number}
          </span>
          <h3 id={titleId} dir="auto">
            <span class="unseen">Step {step.number}: </span>
            {goal === '' ? 'No goal given' : shorten(goal, titleLength)}
          </h3>
          {step.durationSeconds !== undefined && (
            <span class="duration">{durationWords(step.durationSeconds * 1000)}</span>
          )}
        </div>
        <div class={step.hasScreenshot ? 'step-body with-picture' : 'step-body'}>
          <div class="step-texts">
            <StepUrl step={step} />
            <Actions actions={step.actions} />
            {step.index > 0 && step.evaluation.trim() !== '' && (
              <div class="labelled">
                <h4>On the step before</h4>
                <p class="text" dir="auto">
                  {manyLines(step.evaluation).trim()}
                </p>
              </div>
            )}
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

function Actions({ actions }: { readonly actions: readonly string[] }) {
  if (actions.length === 0) return null;
  return (
    <ul class="step-actions" aria-label="Actions">
      {actions.map((action, index) => {
        const readable = readableActions(action);
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
