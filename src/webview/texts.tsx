import type { TaskView } from '../core/detailsView';
import { hasEnded } from '../core/task';
import { CopyButton, IconButton } from './button';
import { titleOf } from './header';
import { LongText } from './longText';
import type { CopiedPart } from './protocol';
import { Section } from './section';

interface TextProps {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}

/** What the agent came back with. */
export function Result({ task, copied }: TextProps) {
  const { output } = task;
  if (!output) {
    const isOver = hasEnded(task.status) && task.isWhole;
    return isOver ? (
      <Section id="result" title="Result">
        <p class="nothing">The task ended without a result.</p>
      </Section>
    ) : null;
  }
  return (
    <Section
      id="result"
      title="Result"
      tools={
        <>
          <CopyButton what="output" noun="Result" isCopied={copied === 'output'} />
          <IconButton
            icon="go-to-file"
            label="Open Result in Editor"
            message={{ type: 'openText', part: 'output', index: 0 }}
          />
        </>
      }
    >
      <div class="card">
        <LongText name="output" text={output} isCode={output.form === 'json'} />
      </div>
    </Section>
  );
}

/** What the agent was asked, where the title doesn't say all of it. */
export function Prompt({ task, copied }: TextProps) {
  const { prompt } = task;
  if (!prompt || prompt.text.trim() === titleOf(task)) return null;
  return (
    <Section
      id="prompt"
      title="Prompt"
      tools={
        <>
          <CopyButton what="prompt" noun="Prompt" isCopied={copied === 'prompt'} />
          <IconButton
            icon="go-to-file"
            label="Open Prompt in Editor"
            message={{ type: 'openText', part: 'prompt', index: 0 }}
          />
        </>
      }
    >
      <LongText name="prompt" text={prompt} />
    </Section>
  );
}
