import type { TaskView } from '../../core/details/detailsView';
import { CopyButton, IconButton } from '../parts/button';
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
