import { useMemo } from 'preact/hooks';
import type { TaskView } from '../../core/details/detailsView';
import { readJson } from '../../core/text/jsonTree';
import { outputLinks } from '../../core/text/outputLinks';
import { hasEnded } from '../../core/cloud/task';
import { IconButton, TextTools } from '../parts/button';
import { JsonTree } from './jsonTreeView';
import { LongText } from './longText';
import { Markdown } from './markdownView';
import type { CopiedPart } from '../protocol';
import { Section } from '../parts/section';
import type { TextForm } from '../../core/text/textForm';
import { useState } from 'preact/hooks';
import { pageState, remember } from '../parts/vscodeApi';

interface ResultProps {
  readonly task: TaskView;
  readonly copied: CopiedPart | undefined;
}

/** What the cloud says went wrong. */
export function ErrorText({ task: { error }, copied }: ResultProps) {
  if (!error) return null;
  return (
    <Section
      id="error"
      title="Error"
      tools={<TextTools part="error" noun="Error" copied={copied} />}
    >
      <div class="card">
        <LongText name="error" text={error} />
      </div>
    </Section>
  );
}

/** What the agent came back with. */
export function Result({ task, copied }: ResultProps) {
  const { output, error } = task;
  if (error && !output) return null;
  if (output) return <Output output={output} copied={copied} />;
  const isOver = hasEnded(task.status) && task.isWhole;
  return isOver ? (
    <Section id="result" title="Result">
      <p class="nothing">The task ended without a result.</p>
    </Section>
  ) : null;
}

type Form = 'shown' | 'text';

interface OutputProps {
  readonly output: NonNullable<TaskView['output']>;
  readonly copied: CopiedPart | undefined;
}

function Output({ output, copied }: OutputProps) {
  const [form, setForm] = useChosen<Form>('output', ['shown', 'text']);
  return (
    <Section
      id="result"
      title="Result"
      tools={
        <>
          <FormSwitch of={output.form} form={form} onChoose={setForm} />
          <TextTools part="output" noun="Result" copied={copied}>
            <IconButton
              icon="save"
              label="Save Result…"
              message={{ type: 'act', action: 'saveOutput' }}
            />
          </TextTools>
        </>
      }
    >
      <div class="card">
        <OutputBody output={output} form={form} />
      </div>
    </Section>
  );
}

function OutputBody({
  output,
  form,
}: {
  readonly output: OutputProps['output'];
  readonly form: Form;
}) {
  const links = useMemo(() => outputLinks(output.text), [output.text]);
  const isTree = output.form === 'json' && form === 'shown';
  const tree = useMemo(
    // What is cut ends in an ellipsis.
    () =>
      isTree &&
      readJson(output.isCut ? output.text.slice(0, -1) : output.text, {
        isBeginning: output.isCut,
      }),
    [output.text, isTree],
  );
  if (tree) return <JsonTree root={tree} links={links} />;
  if (output.form === 'markdown' && form === 'shown')
    return <Markdown text={output} links={links} />;
  return <LongText name="output" text={output} links={links} isCode={output.form === 'json'} />;
}

interface FormSwitchProps {
  readonly of: TextForm;
  readonly form: Form;
  readonly onChoose: (form: Form) => void;
}

/** Switches between what a text means and how it is written, where the two differ. */
function FormSwitch({ of, form, onChoose }: FormSwitchProps) {
  if (of === 'plaintext') return null;
  const labels: Readonly<Record<Form, string>> =
    of === 'json' ? { shown: 'Tree', text: 'Text' } : { shown: 'Rendered', text: 'Source' };
  return (
    <div class="switch" role="group" aria-label="Form of the result">
      {(['shown', 'text'] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={form === each}
          onClick={() => onChoose(each)}
        >
          {labels[each]}
        </button>
      ))}
    </div>
  );
}

/** Which of several forms of a part the reader has chosen; remembered by the part's name. The first is the default. */
function useChosen<T extends string>(
  name: string,
  forms: readonly [T, ...T[]],
): readonly [T, (form: T) => void] {
  const [chosen, setChosen] = useState(() => pageState().chosen?.[name]);
  return [
    forms.find((form) => form === chosen) ?? forms[0],
    (form) => {
      remember({ chosen: { ...pageState().chosen, [name]: form } });
      setChosen(form);
    },
  ];
}
