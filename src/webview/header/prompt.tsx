import type { TaskView } from '../../core/details/detailsView';
import { TextTools } from '../parts/button';
import { titleOf } from './header';
import { LongText } from '../result/longText';
import type { CopiedPart } from '../protocol';
import { Section } from '../parts/section';

interface PromptProps {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}

/** What the agent was asked, where the title doesn't say all of it. */
export function Prompt({ task, copied }: PromptProps) {
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
