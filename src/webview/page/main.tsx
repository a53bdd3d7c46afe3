import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { withUpdate } from '../../core/details/detailsView';
import { appearanceLabel } from '../../core/labels/taskLabels';
import { Header, Prompt } from '../header/header';
import { More } from '../header/more';
import { Button } from '../parts/button';
import { Icon, type IconName } from '../parts/icon';
import { listen, pageState, remember, send } from '../parts/vscodeApi';
import type { CopiedPart, FromPage, PageView, Remedy } from '../protocol';
import { Attachments, Files } from '../result/files';
import { Judge } from '../result/judge';
import { ErrorText, Result } from '../result/result';
import { LargePictures } from '../steps/large';
import { Latest } from '../steps/latest';
import { takePicture } from '../steps/pictures';
import { Screenshots } from '../steps/screenshot';
import { Steps } from '../steps/steps';
import '../parts/details.css';
import '../parts/buttons.css';
import '../header/header.css';
import '../result/result.css';
import '../steps/timeline.css';
import '../steps/steps.css';

/** How long a button says that it has copied. */
const copiedForMs = 2000;

/** Shows what the extension tells, and remembers where the reader was. */
function App() {
  const [view, setView] = useState<PageView>();
  const [copied, setCopied] = useState<CopiedPart>();

  useEffect(() => {
    const stop = listen((message) => {
      switch (message.type) {
        case 'view':
          setView((before) => (message.isUpdate ? updated(before, message.view) : message.view));
          break;
        case 'picture':
          takePicture(message.ref, message.picture);
          break;
        case 'copied':
          setCopied(message.what);
          break;
      }
    });
    send({ type: 'ready' });
    return stop;
  }, []);

  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(undefined), copiedForMs);
    return () => clearTimeout(timer);
  }, [copied]);

  useEffect(() => {
    if (!view) return;
    const { origin, task } = view;
    remember({ origin, apiVersion: task.apiVersion, id: task.id });
  }, [view?.origin, view?.task.apiVersion, view?.task.id]);

  useRememberedScroll(view?.task.isWhole ?? false);
  return view ? (
    <DetailsPage view={view} copied={copied} />
  ) : (
    <p class="loading">Loading the task…</p>
  );
}

/** An update that was meant for the page before this one says nothing: the whole view follows. */
function updated(before: PageView | undefined, view: PageView): PageView | undefined {
  return before && { ...view, task: withUpdate(before.task, view.task) };
}

/** Goes back to where the reader was, once there is enough of a page to scroll. */
function useRememberedScroll(isWhole: boolean): void {
  const isRestored = useRef(false);
  useLayoutEffect(() => {
    if (!isWhole || isRestored.current) return;
    isRestored.current = true;
    const { scrollY } = pageState();
    if (scrollY) window.scrollTo(0, scrollY);
  }, [isWhole]);
  useEffect(() => {
    const onScrollEnd = (): void => {
      if (isRestored.current) remember({ scrollY: window.scrollY });
    };
    document.addEventListener('scrollend', onScrollEnd);
    return () => document.removeEventListener('scrollend', onScrollEnd);
  }, []);
}

interface DetailsPageProps {
  readonly view: PageView;
  /** What was just put on the clipboard. */
  readonly copied: CopiedPart | undefined;
}

/** All that is known of a task. */
function DetailsPage({ view, copied }: DetailsPageProps) {
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

// VS Code's own page around this one has a body and nothing else.
render(<App />, document.body);
