import type { TaskView } from '../core/detailsView';
import { manyLines } from '../core/plainText';
import { oneLine } from '../core/taskWords';
import { CopyButton, IconButton } from './button';
import { Icon } from './icon';
import { parseJudgement } from './judgement';
import { LongText } from './longText';
import type { CopiedPart } from './protocol';
import { Section } from './section';

/** What the judge found, and why. The agent's own claim stands apart from it. */
export function Judge({
  task,
  copied,
}: {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}) {
  const { judgement } = task;
  const report = judgement && parseJudgement(judgement.text);
  const verdict = task.judgeVerdict ?? report?.verdict;
  if (!judgement && verdict === undefined && task.isSuccess === undefined) return null;
  return (
    <Section
      id="verdict"
      title="Verdict"
      tools={
        judgement && (
          <>
            <CopyButton what="judgement" noun="Judge’s Report" isCopied={copied === 'judgement'} />
            <IconButton
              icon="go-to-file"
              label="Open Judge’s Report in Editor"
              message={{ type: 'openText', part: 'judgement', index: 0 }}
            />
          </>
        )
      }
    >
      <div class="card">
        <ul class="verdicts">
          <Verdict
            who="Judge"
            isGood={verdict}
            good="Goal reached"
            bad="Goal not reached"
            none="No verdict"
          />
          <Verdict
            who="Agent"
            isGood={task.isSuccess}
            good="Says it succeeded"
            bad="Says it did not succeed"
            none="No claim"
          />
        </ul>
        {report?.failureReason !== undefined && (
          <div>
            <h3>What went wrong</h3>
            <p class="text" dir="auto">
              {manyLines(report.failureReason)}
            </p>
          </div>
        )}
        {report?.reasoning !== undefined && (
          <div>
            <h3>Reasons</h3>
            <p class="text" dir="auto">
              {manyLines(report.reasoning)}
            </p>
          </div>
        )}
        {report && report.others.length > 0 && (
          <dl class="pairs">
            {report.others.map(({ name, value }) => (
              <div key={name}>
                <dt>{oneLine(name)}</dt>
                <dd dir="auto">{oneLine(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        {judgement && !report && <LongText name="judgement" text={judgement} />}
      </div>
    </Section>
  );
}

interface VerdictProps {
  readonly who: string;
  readonly isGood: boolean | undefined;
  readonly good: string;
  readonly bad: string;
  readonly none: string;
}

function Verdict({ who, isGood, good, bad, none }: VerdictProps) {
  const look = isGood === undefined ? 'pending' : isGood ? 'succeeded' : 'unsuccessful';
  return (
    <li>
      <span class="who">{who}</span>
      <span class={`look ${look}`}>
        <Icon name={isGood === undefined ? 'circle-outline' : isGood ? 'pass-filled' : 'warning'} />
        <span>{isGood === undefined ? none : isGood ? good : bad}</span>
      </span>
    </li>
  );
}
