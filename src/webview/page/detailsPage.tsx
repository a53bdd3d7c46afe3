import { appearanceLabel } from '../../core/labels/taskLabels';
import { Button } from '../parts/button';
import { Attachments, Files } from '../result/files';
import { Header, Prompt } from '../header/header';
import { Icon } from '../parts/icon';
import { Judge } from '../result/judge';
import { LargePictures } from '../steps/large';
import { Latest } from '../steps/latest';
import { More } from '../header/more';
import type { CopiedPart, FromPage, PageView, Remedy } from '../protocol';
import { ErrorText, Result } from '../result/result';
import { Steps } from '../steps/steps';
import type { IconName } from '../parts/icon';
import { Screenshots } from '../steps/screenshot';

interface DetailsPageProps {
  readonly view: PageView;
  /** What was just put on the clipboard. */
  readonly copied: CopiedPart | undefined;
}

/** All that is known of a task. */
export function DetailsPage({ view, copied }: DetailsPageProps) {
  const { task } = view;
  return (
    <LargePictures task={task}>
      <div class="page">
        <p class="unseen" role="status">
          {copied ? 'Copied' : appearanceLabel(task)}
        </p>
        <Header view={view} copied={copied} />
        <main>
          <TroubleNote view={view} />
          <Latest task={task} />
          <ErrorText task={task} copied={copied} />
          <Result task={task} copied={copied} />
          <Judge task={task} copied={copied} />
          <Files task={task} />
          <Prompt task={task} copied={copied} />
          <Attachments task={task} />
          <Steps task={task} isReading={view.isReading} />
          <Screenshots task={task} />
        </main>
        <More task={task} copied={copied} />
      </div>
    </LargePictures>
  );
}

/** Why what is shown may be old or in part, and what to do. */
function TroubleNote({ view: { trouble } }: { readonly view: PageView }) {
  if (!trouble) return null;
  return (
    <section class="trouble" aria-label="Problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>{trouble.text}</p>
        {trouble.remedies.length > 0 && (
          <div class="actions">
            {trouble.remedies.map((remedy, index) => (
              <Button
                key={remedy}
                kind={index === 0 ? 'primary' : 'secondary'}
                {...remedyAppearance(remedy)}
                message={{ type: 'remedy', remedy } satisfies FromPage}
              />
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

function remedyAppearance(remedy: Remedy): { readonly icon: IconName; readonly label: string } {
  switch (remedy) {
    case 'retry':
      return { icon: 'refresh', label: 'Try Again' };
    case 'setApiKey':
      return { icon: 'key', label: 'Set API Key…' };
    case 'openSettings':
      return { icon: 'settings-gear', label: 'Open Settings' };
    case 'showLog':
      return { icon: 'output', label: 'Show Log' };
  }
}
