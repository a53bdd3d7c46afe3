import type { TaskView } from '../../core/details/detailsView';
import { manyLines, oneLine } from '../../core/text/plainText';
import { TextTools } from '../parts/button';
import { Icon, type IconName } from '../parts/icon';
import { parseJudgement } from '../parts/readableJson';
import { LongText } from './longText';
import type { CopiedPart } from '../protocol';
import { Section } from '../parts/section';
import { shorten } from '../../core/text/shorten';

/** A failure's reason stands in the header as far as it is short. In UTF-16 units. */
const shortReason = 300;

/** Whether anybody but the agent itself has judged the task, or tried to. */
export function hasJudge({ judgement, judgeVerdict }: TaskView): boolean {
  return judgement !== undefined || judgeVerdict !== undefined;
}

/** The judge's verdict and the agent's own claim, apart; with what went wrong. */
export function Verdicts({ task }: { readonly task: TaskView }) {
  const report = task.judgement && parseJudgement(task.judgement.text);
  const reason = oneLine(report?.failureReason ?? '');
  return (
    <ul class="verdicts" aria-label="Outcome">
      <Verdict
        icon="law"
        who="Judge"
        isGood={task.judgeVerdict ?? report?.verdict}
        good="Goal reached"
        bad="Goal not reached"
        none="No verdict"
        reason={shorten(reason, shortReason)}
      />
      <Verdict
        icon="robot"
        who="Agent"
        isGood={task.isSuccess}
        good="Says it succeeded"
        bad="Says it did not succeed"
        none="No claim"
      />
    </ul>
  );
}

interface VerdictProps {
  readonly icon: IconName;
  readonly who: string;
  readonly isGood: boolean | undefined;
  readonly good: string;
  readonly bad: string;
  readonly none: string;
  readonly reason?: string;
}

function Verdict({ icon, who, isGood, good, bad, none, reason = '' }: VerdictProps) {
  const appearance = isGood === undefined ? 'pending' : isGood ? 'succeeded' : 'unsuccessful';
  return (
    <li>
      <span class="who">
        <Icon name={icon} />
        {who}
      </span>
      <span class="verdict">
        <span class={`appearance ${appearance}`}>
          <Icon
            name={isGood === undefined ? 'circle-outline' : isGood ? 'pass-filled' : 'warning'}
          />
          <span>{isGood === undefined ? none : isGood ? good : bad}</span>
        </span>
        {reason !== '' && (
          <span class="reason" dir="auto">
            {reason}
          </span>
        )}
      </span>
    </li>
  );
}

/** Why the judge found what the header says. */
export function Judge({
  task: { judgement },
  copied,
}: {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}) {
  if (!judgement) return null;
  const report = parseJudgement(judgement.text);
  const { failureReason = '', reasoning, others = [] } = report ?? {};
  const isInHeader = oneLine(failureReason).length <= shortReason;
  // The header has said it all.
  if (report && isInHeader && reasoning === undefined && others.length === 0) return null;
  return (
    <Section
      id="verdict"
      title="Judge’s Report"
      tools={<TextTools part="judgement" noun="Judge’s Report" copied={copied} />}
    >
      <div class="card">
        {!isInHeader && (
          <div>
            <h3>What went wrong</h3>
            <p class="text" dir="auto">
              {manyLines(failureReason)}
            </p>
          </div>
        )}
        {reasoning !== undefined && (
          <p class="text" dir="auto">
            {manyLines(reasoning)}
          </p>
        )}
        {others.length > 0 && (
          <dl class="flags">
            {others.map(({ name, value }) => (
              <div key={name}>
                <dt>{oneLine(name)}</dt>
                <dd dir="auto">{oneLine(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        {!report && <LongText name="judgement" text={judgement} />}
      </div>
    </Section>
  );
}
